/// What a source has and a rendition of it has not.
public enum Loss: String, Sendable, Equatable, Codable, CaseIterable {
    /// Frames or pages.
    case animation
    case alpha
    /// More than eight bits a sample.
    case depth
    /// Colours outside sRGB, as far as the source's profile has some.
    case gamut
    /// What shows a photo brighter on a screen that can: phones put it beside the picture.
    case gainMap
    case icc, exif
    case gps = "exif.gps"
    case xmp, iptc
}

/// A few bytes that stand for a picture while it loads.
public enum Placeholder: String, Sendable, Equatable, CaseIterable {
    case blurhash
    /// In base64.
    case thumbhash
    /// A WebP of 16 pixels as a data URL.
    case lqip
}

/// What to do with a rendition in its source's own format, size and colours whose file is larger than the source's.
public enum IfLarger: String, Sendable, Equatable, CaseIterable {
    /// Keep it.
    case keep
    /// Take the source's bytes instead, unless they hold metadata that the rendition must not have.
    case copy
}
