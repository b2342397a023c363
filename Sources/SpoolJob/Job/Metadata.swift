/// Data beside the pixels that a rendition can keep of its source.
public enum MetadataKind: String, Sendable, Equatable, CaseIterable {
    /// All of EXIF; the position only if a rendition says so.
    case exif
    /// A profile of the rendition's colours, sRGB's included.
    case icc
    case xmp, iptc
    /// EXIF's copyright, and no more of EXIF.
    case copyright
    /// EXIF's artist, and no more of EXIF.
    case credit
    /// EXIF, ICC, XMP and IPTC.
    case all
}

/// What the numbers of a rendition's pixels mean.
public enum ColourSpace: String, Sendable, Equatable, CaseIterable {
    case srgb
    /// Display P3; the file gets its profile.
    case p3
    /// The source's own numbers with the source's own profile; sRGB for CMYK, and for greyscale with a profile.
    case keep
}
