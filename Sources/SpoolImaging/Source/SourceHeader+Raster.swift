import SpoolJob
import SpoolPlanes

extension SourceHeader {
    /// - Parameter image: the source, of which the header is read.
    init(_ image: Raster, ignoringProfile: Bool = false) {
        let names = image.fieldNames
        var metadata: Set<MetadataKind> = []
        if names.contains("icc-profile-data") { metadata.insert(.icc) }
        if names.contains("xmp-data") { metadata.insert(.xmp) }
        if names.contains("iptc-data") { metadata.insert(.iptc) }
        if names.contains(where: { $0.hasPrefix("exif-ifd") }) { metadata.insert(.exif) }
        self.init(
            size: image.size, channels: image.bands, isGreyscale: image.isGreyscale, hasAlpha: image.hasAlpha,
            // Cameras write 0 for "unknown", and damaged files write anything.
            orientation: Self.number(of: image).flatMap(Orientation.init(rawValue:)) ?? .upright,
            isSRGB: ignoringProfile || image.isSRGB, metadata: metadata)
        pages = max(1, image.field("n-pages") ?? 1)
        delays = image.numbers("delay")
        loop = image.field("loop")
        isCMYK = image.isCMYK
        isDeep = image.isDeep
        hasPosition = names.contains { $0.hasPrefix("exif-ifd3-") }
    }

    /// libvips 8.14 reads the EXIF of PNG without drawing the conclusion; the text begins with the number.
    private static func number(of image: Raster) -> Int? {
        image.field("orientation") ?? image.text("exif-ifd0-Orientation").flatMap { Int($0.prefix(1)) }
    }
}
