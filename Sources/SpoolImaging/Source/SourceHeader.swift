import SpoolJob
import SpoolWire

/// What the header of a source says, before pixels are decoded.
struct SourceHeader: Equatable, Sendable {
    /// As stored.
    var size: Size
    /// Frames or pages.
    var pages: Int
    /// Milliseconds of each frame, and how often all play, 0 for ever; nil where the file does not say so.
    var delays: [Int]
    var loop: Int?
    var orientation: Orientation
    /// Whether colours are sRGB's, by their profile or for want of one.
    var isSRGB: Bool
    /// Whether they are printing inks.
    var isCMYK: Bool

    /// What the pixels consist of, once they are sRGB or brightness.
    var isGreyscale, hasAlpha: Bool

    /// As stored: colour, alpha and whatever else there is.
    var channels: Int
    /// Whether there are more than eight bits a sample.
    var isDeep: Bool
    /// What stands beside the pixels.
    var metadata: Set<MetadataKind>
    var hasPosition: Bool
    var hasGainMap = false

    var shape: ImageShape { ImageShape(size: size, isGreyscale: isGreyscale, hasAlpha: hasAlpha) }

    init(_ image: Raster, ignoringProfile: Bool = false) {
        size = image.size
        channels = image.bands
        isGreyscale = image.isGreyscale
        hasAlpha = image.hasAlpha
        pages = max(1, image.field("n-pages") ?? 1)
        delays = image.numbers("delay")
        loop = image.field("loop")
        // Cameras write 0 for "unknown", and damaged files write anything.
        orientation = Self.number(of: image).flatMap(Orientation.init(rawValue:)) ?? .upright
        isSRGB = ignoringProfile || image.isSRGB
        isCMYK = image.isCMYK
        isDeep = image.isDeep
        let names = image.fieldNames
        metadata = []
        if names.contains("icc-profile-data") { metadata.insert(.icc) }
        if names.contains("xmp-data") { metadata.insert(.xmp) }
        if names.contains("iptc-data") { metadata.insert(.iptc) }
        if names.contains(where: { $0.hasPrefix("exif-ifd") }) { metadata.insert(.exif) }
        hasPosition = names.contains { $0.hasPrefix("exif-ifd3-") }
    }

    /// libvips 8.14 reads the EXIF of PNG without drawing the conclusion; the text begins with the number.
    private static func number(of image: Raster) -> Int? {
        image.field("orientation") ?? image.text("exif-ifd0-Orientation").flatMap { Int($0.prefix(1)) }
    }

    /// CMYK with alpha has five. TIFF files can have thousands, and libtiff then takes memory for each before the first pixel.
    private static let mostChannels = 8

    func check(_ limits: RenderLimits) throws(JobError) {
        guard channels <= Self.mostChannels else {
            throw JobError(
                .inputUnsupported,
                "the image has \(channels) channels, and at most \(Self.mostChannels) are read; take out those that are "
                    + "neither colour nor alpha")
        }
        guard size.area <= limits.inputPixels else {
            throw JobError(
                .inputTooManyPixels,
                "the image has \(size) = \(size.area) pixels, the limit is \(limits.inputPixels) "
                    + "(limits.input-pixels)")
        }
    }
}
