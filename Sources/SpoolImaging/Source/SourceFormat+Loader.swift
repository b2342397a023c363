import SpoolInspection

extension SourceFormat {
    /// libvips' operation that reads the format, and no other.
    var loader: StaticString {
        switch self {
        case .jpeg: "jpegload_source"
        case .png: "pngload_source"
        case .webp: "webpload_source"
        case .gif: "gifload_source"
        case .tiff: "tiffload_source"
        case .heic, .avif: "heifload_source"
        }
    }

    /// Whether the decoder holds the whole picture in memory.
    var isDecodedWhole: Bool {
        switch self {
        case .webp, .gif, .heic, .avif: true
        case .jpeg, .png, .tiff: false
        }
    }
}
