import SpoolSystem

extension Rendition: Blank {
    /// More pixels than any of the formats can store; the operator's own limit is checked before rendering.
    private static let side = WholeNumberKind(1...65_535)

    private static let gammaRange = NumberKind(atLeast: 1, atMost: 3)

    static let blank = Rendition(path: "", format: .jpeg)

    static let kind = ObjectKind<Rendition>(
        "a rendition",
        [
            .required(
                "path", \.path, PathKind(isOutput: true),
                "relative to the output root (`output/` of the spool), or absolute inside an allowed root. The worker makes "
                    + "missing folders and replaces an existing file in one step. At most 16 components deep; names that "
                    + "begin with `\(ReservedName.prefix)` are reserved"),
            .defaulted(
                "overwrite", \.overwrite, FlagKind(),
                "`false`: a file that is there stays, and the job fails with `output_exists`, unless the file is byte for byte "
                    + "what was rendered"),
            .derived(
                "format", \.format, ChoiceKind(), default: "by the extension", "the file format",
                completion: .formatByExtension),
            .options("jpeg", \.encoding.jpeg, JPEGOptions.kind, "for that format alone: see Options of the formats"),
            .options("png", \.encoding.png, PNGOptions.kind, "for that format alone: see Options of the formats"),
            .options("webp", \.encoding.webp, WebPOptions.kind, "for that format alone: see Options of the formats"),
            .options("gif", \.encoding.gif, GIFOptions.kind, "for that format alone: see Options of the formats"),
            .options("tiff", \.encoding.tiff, TIFFOptions.kind, "for that format alone: see Options of the formats"),
            .options("avif", \.encoding.avif, AVIFOptions.kind, "for that format alone: see Options of the formats"),
            .options("jxl", \.encoding.jxl, JXLOptions.kind, "for that format alone: see Options of the formats"),
            .options("jp2", \.encoding.jp2, JP2Options.kind, "for that format alone: see Options of the formats"),
            .usualQuality,
            .optional(
                "width", \.width, side,
                "pixels; follows from the height if it is missing. Without both the image keeps its size"),
            .optional("height", \.height, side, "pixels; follows from the width if it is missing"),
            .defaulted(
                "fit", \.fit, ChoiceKind(),
                "what to do when both sides are given and the image has another shape"),
            .defaulted(
                "position", \.position, PositionKind(),
                "the part that `cover` keeps; the place of the image with `contain`"),
            .defaulted(
                "background", \.background, ColourKind(),
                "the colour of the bars of `contain`, of what `extend` and `rotate` add, and beneath transparent parts "
                    + "with `flatten` or where the format has no alpha"),
            .defaulted(
                "withoutEnlargement", \.withoutEnlargement, FlagKind(), "never make the image larger than it is"),
            .defaulted(
                "withoutReduction", \.withoutReduction, FlagKind(),
                "never make the image smaller than it is; `cover` still cuts it to `width` and `height`"),
            .defaulted(
                "dpr", \.dpr, NumberKind(atLeast: 0.1, atMost: 8),
                "`width` and `height` are multiplied by it, for screens with more pixels"),
            .defaulted("kernel", \.kernel, ChoiceKind(), "how pixels are weighed; the last two need libvips 8.17"),
            .defaulted(
                "fastShrinkOnLoad", \.fastShrinkOnLoad, FlagKind(),
                "let the decoder of JPEG and WebP shrink all it can, instead of leaving a factor of two to the kernel"),
            .defaulted(
                "rotate", \.rotate, NumberKind(atLeast: -360, atMost: 360),
                "degrees to turn clockwise. A multiple of 90 comes before resizing, and all other keys refer to the turned "
                    + "image; any other angle comes after cutting and placing, and adds background"),
            .defaulted("flip", \.flip, FlagKind(), "exchange top and bottom, after `rotate` by 90 and before resizing"),
            .defaulted("flop", \.flop, FlagKind(), "exchange left and right, after `rotate` by 90 and before resizing"),
            .optional(
                "trim", \.trim, FlagOrKind(Trim(), or: Trim.kind), default: "none",
                "cut edges of one colour off, before `extract` and resizing: see below"),
            .optional(
                "extract", \.extract, Area.kind, default: "the whole image",
                "the part of the image that is used, before resizing: `left`, `top`, `width`, `height`"),
            .optional(
                "gamma", \.gamma, FlagOrKind(2.2, or: gammaRange), default: "none",
                "resize in light that is darkened by this exponent before and made lighter after; `true` is 2.2. Slow"),
            .defaulted(
                "flatten", \.flatten, FlagKind(), "put the background beneath transparent parts, whatever the format"),
            .optional(
                "extractAfter", \.extractAfter, Area.kind, default: "the whole image",
                "the part that is kept after resizing, cutting, placing and `rotate`"),
            .optional(
                "extend", \.extend, Extension.kind, default: "none",
                "add pixels around, after `extractAfter`: see below"),
            .defaulted("greyscale", \.greyscale, FlagKind(), "keep brightness alone"),
            .optional(
                "median", \.median, FlagOrKind(3, or: WholeNumberKind(1...99)), default: "none",
                "each sample becomes the median of so many pixels across and down: takes specks away; `true` is 3"),
            .optional(
                "threshold", \.threshold, FlagOrKind(128, or: WholeNumberKind(0...255)), default: "none",
                "pixels at least so bright become white, others black; `true` is 128"),
            .optional(
                "blur", \.blur, FlagOrKind(.mild, or: SigmaKind()), default: "none",
                "by a Gaussian of this standard deviation in pixels; `true` is the quick mean of 3 by 3 pixels"),
            .optional(
                "modulate", \.modulate, Modulation.kind, default: "none", "change all colours: see below"),
            .optional(
                "sharpen", \.sharpen, FlagOrKind(Sharpening(), or: Sharpening.kind), default: "none",
                "sharpen edges: see below; `true` is a quick, mild kernel"),
            .defaulted(
                "composite", \.composite,
                ListKind(
                    element: Overlay.kind, count: 0...Overlay.most, names: (one: "overlay", several: "overlays")),
                "pictures to lay over the rendition, the lowest first: see below"),
            .optional(
                "gammaOut", \.gammaOut, gammaRange, default: "that of `gamma`",
                "the exponent that makes the image lighter after resizing"),
            .optional(
                "linear", \.linear, LinearChange.kind, default: "none",
                "each sample of colour becomes `a` times itself plus `b`"),
            .optional(
                "normalise", \.normalise, FlagOrKind(Normalisation(), or: Normalisation.kind), default: "none",
                "stretch brightness over the whole range; `lower` (1) percent of the pixels become black, those above "
                    + "`upper` (99) percent white"),
            .optional(
                "clahe", \.clahe, LocalEqualisation.kind, default: "none",
                "more contrast region by region: `width` and `height` of a region, `maxSlope` (3, 0 to 100)"),
            .optional("tint", \.tint, ColourKind(), default: "none", "brightness in shades of a colour"),
            .defaulted(
                "removeAlpha", \.removeAlpha, FlagKind(), "take alpha away and show the colours that it hid"),
            .optional(
                "ensureAlpha", \.ensureAlpha, FlagOrKind(1, or: NumberKind(atLeast: 0, atMost: 1)), default: "none",
                "give an image without alpha one of this value; `true` is 1, opaque"),
            .optional(
                "negate", \.negate, FlagOrKind(Negation(), or: Negation.kind), default: "none",
                "the negative; `{\"alpha\": false}` keeps transparency"),
            .defaulted(
                "animated", \.animated, FlagKind(),
                "make all frames of an animation, or all pages of a document; for gif, webp and tiff. Without it, one is made"
            ),
            .defaulted(
                "keep", \.keep, SetKind(),
                "data of the source that the file gets, as far as its format has room for it; `copyright` and `credit` are "
                    + "EXIF's copyright and artist alone"),
            .defaulted("withoutGps", \.withoutGps, FlagKind(), "leave the position out of EXIF that is kept"),
            .defaulted(
                "colourspace", \.colourspace, ChoiceKind(),
                "what the numbers mean. `p3` and `keep` (the source's own; of CMYK it is sRGB) save wide colours and add a profile. "
                    + "A `background` is sRGB, and an overlay what its file says: both are converted. GIF and JPEG 2000 "
                    + "always have sRGB"),
            .optional(
                "density", \.density, NumberKind(atLeast: 1, atMost: 100_000),
                default: "the source's in PNG and in kept EXIF; `xres` in TIFF",
                "pixels an inch that the file names, for print"),
            .optional(
                "maxBytes", \.maxBytes, WholeNumberKind(1...1_000_000_000), default: "none",
                "the most bytes of the file: `quality` becomes as good as fits, and no better than it is given. The result names "
                    + "it; slow. What has no quality, PNG and GIF, fits or fails"),
            .defaulted(
                "ifLarger", \.ifLarger, ChoiceKind(),
                "`copy` takes the bytes of the source if they are fewer than those of a rendition of the same format, size and "
                    + "colours, and have no metadata that it must not have"),
            .defaulted(
                "forbidLoss", \.forbidLoss, SetKind(),
                "the job fails with `loss_forbidden` if the rendition would lose this of its source; the result's `losses` "
                    + "name what it lost"),
            .optional(
                "placeholder", \.placeholder, ChoiceKind(), default: "none",
                "a few bytes in the result document that stand for the picture while it loads"),
            .defaulted(
                "dominantColour", \.dominantColour, FlagKind(), "name the most frequent colour in the result document"),
        ],
        rules: [
            .optionsOfTheFormat, .qualityOfLossyFormats, .oneMeasureOfQuality, .partOfCover, .gammaOutAfterGamma,
            .oneWordOnAlpha,
            .framesAlike,
        ])
}

extension ImageFormat {
    private static let lossless: [ImageFormat] = [.png, .gif]

    /// Whether a rendition of this format takes no quality.
    package var isLossless: Bool { Self.lossless.contains(self) }

    /// A regular expression for paths that end in an extension of one of the formats.
    fileprivate static func pattern(of formats: some Sequence<ImageFormat>) -> JSONValue {
        .string(#"\.(\#(formats.flatMap(\.extensions).map(\.anyCasePattern).joined(separator: "|")))$"#)
    }

    /// The schema of renditions of one of the formats.
    fileprivate static func schema(of formats: [ImageFormat]) -> JSONValue {
        [
            "anyOf": [
                [
                    "required": ["format"],
                    "properties": ["format": ["enum": .array(formats.map { .string($0.rawValue) })]],
                ],
                ["not": ["required": ["format"]], "properties": ["path": ["pattern": pattern(of: formats)]]],
            ]
        ]
    }
}

extension Field<Rendition> {
    /// Left out where it is the format's own.
    fileprivate static var usualQuality: Field {
        let field = Field.optional(
            "quality", \.encoding.quality, WholeNumberKind(1...100), default: "80; avif 50, jxl 90",
            "1 is small, 100 is good; not for png and gif")
        return field.leavingOut { $0.encoding.quality == Encoding($0.format).quality }
    }
}

extension Rule<Rendition> {
    fileprivate static let formatByExtension = Rule(schema: [
        "$comment": "Without a format the path's extension must name one.",
        "if": ["not": ["required": ["format"]]],
        "then": ["properties": ["path": ["pattern": ImageFormat.pattern(of: ImageFormat.allCases)]]],
    ]) { (object, place, rendition) throws(JobError) in
        guard object["format"] == nil else { return }
        let name = rendition.path.split(separator: "/").last ?? ""
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let fileExtension = parts.count > 1 ? String(parts[parts.count - 1]) : ""
        if let format = ImageFormat(pathExtension: fileExtension) {
            rendition.format = format
            return
        }
        let known = ImageFormat.allCases.map(\.rawValue).joined(separator: ", ")
        let problem =
            fileExtension.isEmpty
            ? "the path has no extension to take it from"
            : "the path's extension .\(fileExtension.shown) is of no known format"
        throw place.key("format").mistake("is missing, and \(problem); use one of \(known)")
    }

    fileprivate static let qualityOfLossyFormats = Rule(schema: [
        "$comment": "png and gif are lossless, so they take no quality.",
        "if": ImageFormat.schema(of: ImageFormat.allCases.filter(\.isLossless)),
        "then": ["not": ["required": ["quality"]]],
    ]) { (object, place, rendition) throws(JobError) in
        guard object["quality"] != nil, rendition.format.isLossless else { return }
        throw place.key("quality").mistake(
            "has no meaning for \(rendition.format.rawValue), which is lossless; take it out")
    }

    fileprivate static let oneMeasureOfQuality = Rule(schema: [
        "$comment": "The distance of JPEG XL is another measure of quality.",
        "if": ["required": ["jxl"], "properties": ["jxl": ["required": ["distance"]]]],
        "then": ["not": ["anyOf": [["required": ["quality"]], ["required": ["maxBytes"]]]]],
    ]) { (object, place, _) throws(JobError) in
        guard object["jxl"]?["distance"] != nil else { return }
        for key in ["quality", "maxBytes"] where object[key] != nil {
            throw place.key("jxl").key("distance").mistake("has no meaning beside \"\(key)\"; take either out")
        }
    }

    fileprivate static let optionsOfTheFormat = Rule(schema: [
        "$comment": "Options are for their own format.",
        "allOf": .array(
            ImageFormat.allCases.map { format in
                [
                    "if": ["required": [.string(format.rawValue)]], "then": ImageFormat.schema(of: [format]),
                ]
            }),
    ]) { (object, place, rendition) throws(JobError) in
        for format in ImageFormat.allCases where format != rendition.format && object[format.rawValue] != nil {
            throw place.key(format.rawValue).mistake(
                "has no meaning for a rendition whose format is \(rendition.format.rawValue); take it out")
        }
    }

    fileprivate static let partOfCover = Rule(schema: [
        "$comment": "entropy, attention and a point choose a part to keep.",
        "if": [
            "required": ["position"],
            "properties": ["position": ["anyOf": [["enum": ["entropy", "attention"]], ["type": "object"]]]],
        ],
        "then": ["properties": ["fit": ["const": "cover"]]],
    ]) { (_, place, rendition) throws(JobError) in
        guard rendition.fit != .cover, rendition.position.isOfCover else { return }
        let words = PositionKind().encode(rendition.position).string.map { "\"\($0)\"" } ?? "a point"
        throw place.key("position").mistake("\(words) chooses a part to keep, so it needs the fit \"cover\"")
    }

    fileprivate static let gammaOutAfterGamma = Rule(schema: [
        "$comment": "gammaOut ends what gamma has begun.",
        "if": ["required": ["gammaOut"]], "then": ["required": ["gamma"]],
    ]) { (_, place, rendition) throws(JobError) in
        guard rendition.gammaOut != nil, rendition.gamma == nil else { return }
        throw place.key("gammaOut").mistake("has no meaning without \"gamma\"; add one, for example true")
    }

    fileprivate static let oneWordOnAlpha = Rule(schema: [
        "$comment": "A rendition cannot have alpha and have none.",
        "if": ["required": ["ensureAlpha"]],
        "then": [
            "not": [
                "anyOf": [
                    ["required": ["removeAlpha"], "properties": ["removeAlpha": ["const": true]]],
                    ["required": ["flatten"], "properties": ["flatten": ["const": true]]],
                    ImageFormat.schema(of: [.jpeg]),
                ]
            ]
        ],
    ]) { (_, place, rendition) throws(JobError) in
        guard rendition.ensureAlpha != nil else { return }
        if !rendition.format.hasAlpha {
            throw place.key("ensureAlpha").mistake("has no meaning for \(rendition.format.rawValue); take it out")
        }
        guard rendition.removeAlpha || rendition.flatten else { return }
        let other = rendition.removeAlpha ? "removeAlpha" : "flatten"
        throw place.key("ensureAlpha").mistake("is the opposite of \"\(other)\"; take either out")
    }

    fileprivate static let framesAlike = Rule(schema: [
        "$comment": "All frames are cut and changed alike, whatever is in them, into a format that has frames.",
        "if": ["required": ["animated"], "properties": ["animated": ["const": true]]],
        "then": [
            "allOf": [
                ImageFormat.schema(of: ImageFormat.allCases.filter(\.hasPages)),
                ["properties": ["position": ["not": ["enum": ["entropy", "attention"]]]]],
                ["not": ["required": ["trim"]]],
                ["not": ["required": ["normalise"]]],
            ]
        ],
    ]) { (_, place, rendition) throws(JobError) in
        guard rendition.animated else { return }
        guard rendition.format.hasPages else {
            throw place.key("animated").mistake(
                "has no meaning for \(rendition.format.rawValue), which has one frame; use webp, gif or tiff")
        }
        let other: String? =
            if rendition.position == .entropy || rendition.position == .attention {
                "position"
            } else if rendition.trim != nil {
                "trim"
            } else if rendition.normalise != nil {
                "normalise"
            } else {
                nil
            }
        guard let other else { return }
        throw place.key(other).mistake("looks at each frame alone, so it cannot be \"animated\"; take either out")
    }
}
