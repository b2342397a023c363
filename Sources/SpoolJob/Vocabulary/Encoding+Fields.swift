extension Encoding {
    // The options, while the format is theirs; other values go nowhere.

    var jpeg: JPEGOptions? {
        get { if case .jpeg(let options) = self { options } else { nil } }
        set { if case .jpeg = self, let newValue { self = .jpeg(newValue) } }
    }

    var png: PNGOptions? {
        get { if case .png(let options) = self { options } else { nil } }
        set { if case .png = self, let newValue { self = .png(newValue) } }
    }

    var webp: WebPOptions? {
        get { if case .webp(let options) = self { options } else { nil } }
        set { if case .webp = self, let newValue { self = .webp(newValue) } }
    }

    var gif: GIFOptions? {
        get { if case .gif(let options) = self { options } else { nil } }
        set { if case .gif = self, let newValue { self = .gif(newValue) } }
    }

    var tiff: TIFFOptions? {
        get { if case .tiff(let options) = self { options } else { nil } }
        set { if case .tiff = self, let newValue { self = .tiff(newValue) } }
    }

    var avif: AVIFOptions? {
        get { if case .avif(let options) = self { options } else { nil } }
        set { if case .avif = self, let newValue { self = .avif(newValue) } }
    }

    var jxl: JXLOptions? {
        get { if case .jxl(let options) = self { options } else { nil } }
        set { if case .jxl = self, let newValue { self = .jxl(newValue) } }
    }

    var jp2: JP2Options? {
        get { if case .jp2(let options) = self { options } else { nil } }
        set { if case .jp2 = self, let newValue { self = .jp2(newValue) } }
    }

    /// nil for formats that have no such scale; a value for them goes nowhere.
    package var quality: Int? {
        get {
            switch self {
            case .jpeg(let options): options.quality
            case .webp(let options): options.quality
            case .tiff(let options): options.quality
            case .avif(let options): options.quality
            case .jxl(let options): options.quality
            case .jp2(let options): options.quality
            case .png, .gif: nil
            }
        }
        set {
            guard let newValue else { return }
            jpeg?.quality = newValue
            webp?.quality = newValue
            tiff?.quality = newValue
            avif?.quality = newValue
            jxl?.quality = newValue
            jp2?.quality = newValue
        }
    }

    /// How an animation plays, in a format that has some.
    package var timing: Timing? {
        switch self {
        case .gif(let options): options.timing
        case .webp(let options): options.timing
        case .jpeg, .png, .tiff, .avif, .jxl, .jp2: nil
        }
    }

    /// The options that differ from the format's defaults, as in a job; without the quality.
    package var options: JSONObject {
        let options: JSONValue =
            switch self {
            case .jpeg(let options): JPEGOptions.kind.encode(options)
            case .png(let options): PNGOptions.kind.encode(options)
            case .webp(let options): WebPOptions.kind.encode(options)
            case .gif(let options): GIFOptions.kind.encode(options)
            case .tiff(let options): TIFFOptions.kind.encode(options)
            case .avif(let options): AVIFOptions.kind.encode(options)
            case .jxl(let options): JXLOptions.kind.encode(options)
            case .jp2(let options): JP2Options.kind.encode(options)
            }
        return options.object ?? JSONObject()
    }
}

extension JPEGOptions: Blank {
    static let blank = JPEGOptions()

    static let kind = ObjectKind<JPEGOptions>(
        "the options of JPEG",
        [
            .defaulted("progressive", \.progressive, FlagKind(), "from coarse to fine instead of from top to bottom"),
            .defaulted(
                "chromaSubsampling", \.chromaSubsampling, ChoiceKind(), "whether colour is stored at half the size"),
            .defaulted("optimiseCoding", \.optimiseCoding, FlagKind(), "Huffman tables made for the picture"),
            .defaulted(
                "mozjpeg", \.mozjpeg, FlagKind(),
                "the next three, table 3 and `progressive`; like them only where libvips has mozjpeg"),
            .defaulted("trellisQuantisation", \.trellisQuantisation, FlagKind(), "smaller, slower"),
            .defaulted("overshootDeringing", \.overshootDeringing, FlagKind(), "less ringing beside white"),
            .defaulted("optimiseScans", \.optimiseScans, FlagKind(), "smaller progressive files; makes it progressive"),
            .defaulted(
                "quantisationTable", \.quantisationTable, WholeNumberKind(0...8), "which of mozjpeg's tables is used"),
        ])
}

extension PNGOptions: Blank {
    static let blank = PNGOptions()
    /// Any of them asks for a palette.
    fileprivate static let paletteKeys = ["quality", "effort", "colours", "dither"]

    static let kind = ObjectKind<PNGOptions>(
        "the options of PNG",
        [
            .defaulted("progressive", \.progressive, FlagKind(), "interlaced: from coarse to fine"),
            .defaulted("compressionLevel", \.compressionLevel, WholeNumberKind(0...9), "0 is fast, 9 is small"),
            .defaulted(
                "adaptiveFiltering", \.adaptiveFiltering, FlagKind(),
                "a filter chosen for each row: often smaller, slower"),
            .defaulted(
                "palette", \.palette, FlagKind(),
                "few colours: smaller, and not lossless; each of the keys below asks for it"),
            .defaulted("quality", \.quality, WholeNumberKind(0...100), "the fewest colours that reach it"),
            .defaulted("effort", \.effort, WholeNumberKind(1...10), "1 is fast, 10 is small"),
            .defaulted(
                "colours", \.colours, WholeNumberKind(2...256), "the most colours; a file has 2, 4, 16 or 256"),
            .defaulted(
                "dither", \.dither, NumberKind(atLeast: 0, atMost: 1), "how much missing colours are mixed of others"),
        ],
        rules: [.paletteIsImplied])
}

extension Rule<PNGOptions> {
    fileprivate static let paletteIsImplied = Rule(schema: [
        "$comment": "These ask for a palette.",
        "if": ["anyOf": .array(PNGOptions.paletteKeys.map { ["required": [.string($0)]] })],
        "then": ["properties": ["palette": ["const": true]]],
    ]) { (object, place, options) throws(JobError) in
        guard let key = PNGOptions.paletteKeys.first(where: { object[$0] != nil }) else { return }
        guard object["palette"] != false else {
            throw place.key("palette").mistake("is false, and \"\(key)\" has no meaning without one; take either out")
        }
        options.palette = true
    }
}

extension WebPOptions: Blank {
    static let blank = WebPOptions()

    static let kind = ObjectKind<WebPOptions>(
        "the options of WebP",
        [
            .defaulted("alphaQuality", \.alphaQuality, WholeNumberKind(0...100), "of alpha; 100 loses nothing"),
            .defaulted("lossless", \.lossless, FlagKind(), "lose nothing"),
            .defaulted("nearLossless", \.nearLossless, FlagKind(), "lose little; `quality` says how little"),
            .defaulted("smartSubsample", \.smartSubsample, FlagKind(), "better colour at sharp edges, slower"),
            .defaulted("preset", \.preset, ChoiceKind(), "the kind of picture to expect"),
            .defaulted("effort", \.effort, WholeNumberKind(0...6), "0 is fast, 6 is small"),
            .loop(\.timing.loop),
            .delay(\.timing.delay),
            .defaulted("minSize", \.minSize, FlagKind(), "of animations: smaller, slower"),
            .defaulted("mixed", \.mixed, FlagKind(), "of animations: lossy or lossless frames, as either is smaller"),
        ])
}

extension GIFOptions: Blank {
    static let blank = GIFOptions()

    static let kind = ObjectKind<GIFOptions>(
        "the options of GIF",
        [
            .defaulted("progressive", \.progressive, FlagKind(), "interlaced: from coarse to fine"),
            .defaulted(
                "colours", \.colours, WholeNumberKind(2...256), "the most colours; a file has a power of two"),
            .defaulted(
                "reuse", \.reuse, FlagKind(), "take the colours of a source that is a GIF, unless there are `colours`"),
            .defaulted("effort", \.effort, WholeNumberKind(1...10), "1 is fast, 10 is small"),
            .defaulted(
                "dither", \.dither, NumberKind(atLeast: 0, atMost: 1), "how much missing colours are mixed of others"),
            .loop(\.timing.loop),
            .delay(\.timing.delay),
            .defaulted(
                "interFrameMaxError", \.interFrameMaxError, NumberKind(atLeast: 0, atMost: 32),
                "of animations: how much a pixel may differ from the frame before and count as the same"),
            .defaulted(
                "interPaletteMaxError", \.interPaletteMaxError, NumberKind(atLeast: 0, atMost: 256),
                "of animations: how much colours may differ from the frame before, so that its palette is used again"),
        ])
}

extension Field where Owner: Blank {
    fileprivate static func loop(_ path: any WritableKeyPath<Owner, Int?> & Sendable) -> Field {
        .optional(
            "loop", path, WholeNumberKind(0...65_535), default: "the source's",
            "how often an animation plays; 0 is for ever")
    }

    fileprivate static func delay(_ path: any WritableKeyPath<Owner, [Int]> & Sendable) -> Field {
        .defaulted(
            "delay", path, DelayKind(),
            "milliseconds of each frame, or of one after the other; the source's if there are none")
    }
}

/// One number for all frames, or an array.
private struct DelayKind: ValueKind {
    private static let number = WholeNumberKind(0...65_535)

    let needs = "a whole number from 0 to 65535, or an array of them"

    var schema: JSONObject {
        JSONObject([
            "oneOf": [.object(Self.number.schema), ["type": "array", "items": .object(Self.number.schema)]]
        ])
    }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> [Int] {
        switch value {
        case .number: return [try Self.number.decode(value, at: place)]
        case .array(let elements):
            var delays: [Int] = []
            for (index, element) in elements.enumerated() {
                delays.append(try Self.number.decode(element, at: place.element(index)))
            }
            return delays
        default: throw place.wrong(value, needs: needs)
        }
    }

    func encode(_ value: [Int]) -> JSONValue {
        value.count == 1 ? Self.number.encode(value[0]) : .array(value.map(Self.number.encode))
    }
}

extension TIFFOptions: Blank {
    static let blank = TIFFOptions()
    private static let tileSide = MultipleKind(of: 16, 16...8192)
    private static let resolution = NumberKind(atLeast: 0.001, atMost: 1_000_000)

    static let kind = ObjectKind<TIFFOptions>(
        "the options of TIFF",
        [
            .optional(
                "compression", \.compression, ChoiceKind(), default: "jpeg; lzw with alpha",
                "`jpeg` and `webp` lose something; `ccittfax4` needs a `bitdepth` of 1"),
            .defaulted(
                "predictor", \.predictor, ChoiceKind(), "what `deflate`, `lzw` and `zstd` compress instead of samples"),
            .defaulted("pyramid", \.pyramid, FlagKind(), "add smaller and smaller copies"),
            .defaulted("tile", \.tile, FlagKind(), "store tiles instead of strips"),
            .defaulted("tileWidth", \.tileWidth, tileSide, "pixels"),
            .defaulted("tileHeight", \.tileHeight, tileSide, "pixels"),
            .defaulted("xres", \.xres, resolution, "pixels a millimetre"),
            .defaulted("yres", \.yres, resolution, "pixels a millimetre"),
            .defaulted(
                "bitdepth", \.bitdepth, OneOfKind([1, 2, 4, 8]), "below 8, brightness alone is kept, without alpha"),
            .defaulted("bigtiff", \.bigtiff, FlagKind(), "for files beyond 4 GB"),
        ],
        rules: [.faxHasOneBit, .fewBitsAreLossless])
}

extension Rule<TIFFOptions> {
    fileprivate static let faxHasOneBit = Rule(schema: [
        "if": ["required": ["compression"], "properties": ["compression": ["const": "ccittfax4"]]],
        "then": ["required": ["bitdepth"], "properties": ["bitdepth": ["const": 1]]],
    ]) { (_, place, options) throws(JobError) in
        guard options.compression == .ccittfax4, options.bitdepth != 1 else { return }
        throw place.key("compression").mistake("\"ccittfax4\" needs a \"bitdepth\" of 1")
    }

    fileprivate static let fewBitsAreLossless = Rule(schema: [
        "$comment": "jpeg and webp need eight bits; with fewer the default is lzw.",
        "if": ["required": ["bitdepth"], "properties": ["bitdepth": ["enum": [1, 2, 4]]]],
        "then": ["properties": ["compression": ["not": ["enum": ["jpeg", "webp"]]]]],
    ]) { (_, place, options) throws(JobError) in
        guard options.bitdepth < 8, options.compression == .jpeg || options.compression == .webp else { return }
        throw place.key("compression").mistake(
            "needs a \"bitdepth\" of 8; use lzw or deflate, or take \"bitdepth\" out")
    }
}

extension AVIFOptions: Blank {
    static let blank = AVIFOptions()

    static let kind = ObjectKind<AVIFOptions>(
        "the options of AVIF",
        [
            .defaulted("lossless", \.lossless, FlagKind(), "lose nothing"),
            .defaulted(
                "effort", \.effort, WholeNumberKind(0...9),
                "0 is fast, 9 is small; up to 4, pictures from a JPEG or HEIC skip what photographs hardly gain from"),
            .defaulted(
                "chromaSubsampling", \.chromaSubsampling, ChoiceKind(), "whether colour is stored at half the size"),
            .defaulted("bitdepth", \.bitdepth, OneOfKind([8, 10, 12]), "bits a sample, of pixels that have eight"),
        ])
}

extension JXLOptions: Blank {
    static let blank = JXLOptions()

    static let kind = ObjectKind<JXLOptions>(
        "the options of JPEG XL",
        [
            .optional(
                "distance", \.distance, NumberKind(atLeast: 0, atMost: 15), default: "by `quality`",
                "how far from the picture, instead of `quality`: at 1, which is a quality of 90, hardly anything can be seen"
            ),
            .defaulted("lossless", \.lossless, FlagKind(), "lose nothing"),
            .defaulted("effort", \.effort, WholeNumberKind(1...9), "1 is fast, 9 is small; libvips 8.14 begins with 3"),
            .defaulted("decodingTier", \.decodingTier, WholeNumberKind(0...4), "0 is small, 4 is fast to decode"),
        ])
}

extension JP2Options: Blank {
    static let blank = JP2Options()
    private static let tileSide = WholeNumberKind(1...32_768)

    static let kind = ObjectKind<JP2Options>(
        "the options of JPEG 2000",
        [
            .defaulted("lossless", \.lossless, FlagKind(), "lose nothing"),
            .defaulted("tileWidth", \.tileWidth, tileSide, "pixels"),
            .defaulted("tileHeight", \.tileHeight, tileSide, "pixels"),
            .defaulted(
                "chromaSubsampling", \.chromaSubsampling, ChoiceKind(), "whether colour is stored at half the size"),
        ])
}
