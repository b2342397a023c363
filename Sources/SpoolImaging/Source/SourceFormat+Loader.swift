import SpoolWire

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
        case .svg: "svgload_source"
        case .pdf: "pdfload_source"
        case .jxl: "jxlload_source"
        case .jp2: "jp2kload_source"
        }
    }

    /// The class of libvips' loaders that are blocked for want of trust.
    var blockedClass: StaticString? {
        switch self {
        case .svg: "VipsForeignLoadSvg"
        case .pdf: "VipsForeignLoadPdf"
        case .jxl: "VipsForeignLoadJxl"
        case .jp2: "VipsForeignLoadJp2k"
        case .jpeg, .png, .webp, .gif, .tiff, .heic, .avif: nil
        }
    }

    /// The module of libvips that a loader lies in, unless it is loaded anyway.
    var module: StaticString? {
        switch self {
        case .pdf: "vips-poppler"
        case .jxl: "vips-jxl"
        default: nil
        }
    }

    /// Whether what libvips calls pages are some: of JPEG 2000 they are smaller versions of the picture.
    var hasPages: Bool { self != .jp2 }

    /// Whether the decoder holds the whole picture in memory.
    var isDecodedWhole: Bool {
        switch self {
        case .webp, .gif, .heic, .avif, .pdf, .jxl: true
        case .jpeg, .png, .tiff, .svg, .jp2: false
        }
    }
}
