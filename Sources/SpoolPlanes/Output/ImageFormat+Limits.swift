package import SpoolJob

extension ImageFormat {
    /// For messages.
    package var name: String {
        switch self {
        case .jpeg: "JPEG"
        case .png: "PNG"
        case .webp: "WebP"
        case .gif: "GIF"
        case .tiff: "TIFF"
        case .avif: "AVIF"
        case .jxl: "JPEG XL"
        case .jp2: "JPEG 2000"
        }
    }

    /// The longest side, in pixels, that the format or its only encoder allows; nil where other limits come first.
    package var longestSide: Int? {
        switch self {
        case .webp: 16_383
        // libjpeg stops short of the format's 65 535.
        case .jpeg: 65_500
        case .gif: 65_535
        case .avif: 16_384
        case .png, .tiff, .jxl, .jp2: nil
        }
    }
}
