import SpoolJob

extension ImageFormat {
    /// For messages.
    var name: String {
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

    /// libvips' operation that writes the format.
    var saver: StaticString {
        switch self {
        case .jpeg: "jpegsave_target"
        case .png: "pngsave_target"
        case .webp: "webpsave_target"
        case .gif: "gifsave_target"
        case .tiff: "tiffsave_target"
        case .avif: "heifsave_target"
        case .jxl: "jxlsave_target"
        case .jp2: "jp2ksave_target"
        }
    }

    /// The longest side, in pixels, that the format or its only encoder allows; nil where other limits come first.
    var longestSide: Int? {
        switch self {
        case .webp: 16_383
        // libjpeg stops short of the format's 65 535.
        case .jpeg: 65_500
        case .gif: 65_535
        case .avif: 16_384
        case .png, .tiff, .jxl, .jp2: nil
        }
    }

    /// Whether an image without colours stays one band, as small as it can be.
    var keepsGreyscale: Bool { self == .jpeg || self == .png }
}

extension Encoding {
    /// Whether a file has brightness alone, whatever the picture has.
    var isGreyscale: Bool { if case .tiff(let options) = self { options.bitdepth < 8 } else { false } }

    /// Whether a file can have transparent pixels.
    var hasAlpha: Bool {
        if case .tiff(let options) = self, options.compression == .jpeg { return false }
        return format.hasAlpha && !isGreyscale
    }
}
