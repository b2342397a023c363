/// The file format of a rendition, with the format's options. Names, meanings and defaults are sharp's.
public enum Encoding: Sendable, Equatable {
    case jpeg(JPEGOptions)
    case png(PNGOptions)
    case webp(WebPOptions)
    case gif(GIFOptions)
    case tiff(TIFFOptions)
    case avif(AVIFOptions)
    case jxl(JXLOptions)
    case jp2(JP2Options)

    /// A format with its defaults.
    public init(_ format: ImageFormat) {
        switch format {
        case .jpeg: self = .jpeg(JPEGOptions())
        case .png: self = .png(PNGOptions())
        case .webp: self = .webp(WebPOptions())
        case .gif: self = .gif(GIFOptions())
        case .tiff: self = .tiff(TIFFOptions())
        case .avif: self = .avif(AVIFOptions())
        case .jxl: self = .jxl(JXLOptions())
        case .jp2: self = .jp2(JP2Options())
        }
    }

    public var format: ImageFormat {
        switch self {
        case .jpeg: .jpeg
        case .png: .png
        case .webp: .webp
        case .gif: .gif
        case .tiff: .tiff
        case .avif: .avif
        case .jxl: .jxl
        case .jp2: .jp2
        }
    }
}

/// How finely colour is stored, as sharp names it.
public enum ChromaSubsampling: String, Sendable, Equatable, CaseIterable {
    /// One sample of colour for four pixels.
    case quarter = "4:2:0"
    /// Colour as fine as brightness.
    case full = "4:4:4"
}

public struct JPEGOptions: Sendable, Equatable {
    /// 1 (small) to 100 (good).
    public var quality = 80
    /// From coarse to fine, instead of from top to bottom.
    public var progressive = false
    public var chromaSubsampling = ChromaSubsampling.quarter
    /// Huffman tables made for the picture.
    public var optimiseCoding = true
    /// All of mozjpeg's: the three below, quantisation table 3, and ``progressive``.
    public var mozjpeg = false
    // Only where libvips uses mozjpeg instead of libjpeg-turbo.
    public var trellisQuantisation = false
    public var overshootDeringing = false
    public var optimiseScans = false
    /// 0 to 8.
    public var quantisationTable = 0

    public init() {}
}

public struct PNGOptions: Sendable, Equatable {
    public var progressive = false
    /// zlib's, 0 (fast) to 9 (small).
    public var compressionLevel = 6
    /// A filter for each row, instead of none.
    public var adaptiveFiltering = false
    /// Few colours, with alpha, which loses some. The rest is only for palettes.
    public var palette = false
    /// 0 to 100: the fewest colours that reach it.
    public var quality = 100
    /// 1 (fast) to 10 (small).
    public var effort = 7
    /// The most colours, 2 to 256; the file has 2, 4, 16 or 256.
    public var colours = 256
    /// 0 (none) to 1: how much colours that are missing are mixed of others.
    public var dither = 1.0

    public init() {}
}

public struct WebPOptions: Sendable, Equatable {
    /// 1 (small) to 100 (good).
    public var quality = 80
    /// 0 to 100.
    public var alphaQuality = 100
    public var lossless = false
    /// Nearly lossless: ``quality`` says how nearly.
    public var nearLossless = false
    /// Better colour at sharp edges, slower.
    public var smartSubsample = false
    public var preset = WebPPreset.default
    /// 0 (fast) to 6 (small).
    public var effort = 4
    /// Of animations.
    public var timing = Timing()
    /// Frames in whatever order makes the file small, slower.
    public var minSize = false
    /// Lossy and lossless frames, as either is smaller.
    public var mixed = false

    public init() {}
}

/// How an animation plays.
public struct Timing: Sendable, Equatable {
    /// How often it plays, 0 for ever; nil for the source's.
    public var loop: Int?
    /// Milliseconds, of each frame or of one after the other; empty for the source's. Frames beyond the last number have
    /// that one.
    public var delay: [Int] = []

    public init() {}
}

/// What kind of picture an encoder should expect.
public enum WebPPreset: String, Sendable, Equatable, CaseIterable {
    case `default`, photo, picture, drawing, icon, text
}

public struct GIFOptions: Sendable, Equatable {
    public var progressive = false
    /// The most colours, 2 to 256; the file has a power of two.
    public var colours = 256
    /// The colours of a source that is a GIF, while ``colours`` are 256.
    public var reuse = true
    /// 1 (fast) to 10 (small).
    public var effort = 7
    /// 0 (none) to 1: how much colours that are missing are mixed of others.
    public var dither = 1.0
    /// Of animations.
    public var timing = Timing()
    /// 0 to 32: how much a pixel may differ from the frame before and count as the same.
    public var interFrameMaxError = 0.0
    /// 0 to 256: how much colours may differ from the frame before, so that its palette is used again.
    public var interPaletteMaxError = 3.0

    public init() {}
}

public struct TIFFOptions: Sendable, Equatable {
    /// 1 (small) to 100 (good), for the compressions `jpeg` and `webp`.
    public var quality = 80
    /// nil is JPEG, or LZW for an image with alpha, which JPEG in TIFF has not.
    public var compression: TIFFCompression?
    public var predictor = TIFFPredictor.horizontal
    /// Smaller and smaller copies after the image, for viewers of large images.
    public var pyramid = false
    public var tile = false
    /// Pixels, a multiple of 16.
    public var tileWidth = 256, tileHeight = 256
    /// Pixels a millimetre.
    public var xres = 1.0, yres = 1.0
    /// 8; or 1, 2 or 4 for brightness alone.
    public var bitdepth = 8
    /// Offsets of 64 bits, for files beyond 4 GB.
    public var bigtiff = false

    public init() {}
}

public enum TIFFCompression: String, Sendable, Equatable, CaseIterable {
    case none, jpeg, deflate, packbits, ccittfax4, lzw, webp, zstd
}

/// What is compressed instead of a sample, for LZW, deflate and zstd.
public enum TIFFPredictor: String, Sendable, Equatable, CaseIterable {
    case none, horizontal, float
}

public struct AVIFOptions: Sendable, Equatable {
    /// 1 (small) to 100 (good).
    public var quality = 50
    public var lossless = false
    /// 0 (fast) to 9 (small).
    public var effort = 4
    public var chromaSubsampling = ChromaSubsampling.full
    /// 8, 10 or 12 bits a sample.
    public var bitdepth = 8

    public init() {}
}

/// JPEG XL.
public struct JXLOptions: Sendable, Equatable {
    /// 1 (small) to 100 (good).
    public var quality = 90
    /// How far from the picture, 0 (nothing can be seen) to 15, instead of ``quality``: 90 is 1, and 10 less are 0.9 more.
    public var distance: Double?
    public var lossless = false
    /// 1 (fast) to 9 (small). libvips 8.14 has none below 3, and takes that.
    public var effort = 7
    /// 0 (small) to 4 (fast to decode).
    public var decodingTier = 0

    public init() {}
}

/// JPEG 2000.
public struct JP2Options: Sendable, Equatable {
    /// 1 (small) to 100 (good).
    public var quality = 80
    public var lossless = false
    /// Pixels.
    public var tileWidth = 512, tileHeight = 512
    public var chromaSubsampling = ChromaSubsampling.full

    public init() {}
}
