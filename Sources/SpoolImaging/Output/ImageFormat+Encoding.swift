import SpoolJob

extension ImageFormat {
    /// libvips' operation that writes the format; nil for the one that has a writer of its own, ``AVIFWriter``.
    var saver: StaticString? {
        switch self {
        case .jpeg: "jpegsave_target"
        case .png: "pngsave_target"
        case .webp: "webpsave_target"
        case .gif: "gifsave_target"
        case .tiff: "tiffsave_target"
        case .avif: nil
        case .jxl: "jxlsave_target"
        case .jp2: "jp2ksave_target"
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
