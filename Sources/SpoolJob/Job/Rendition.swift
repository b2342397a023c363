/// One image to make from a job's input. Names and meanings follow sharp.
public struct Rendition: Sendable, Equatable {
    /// Relative to the spool's output root, or absolute inside a root that the operator allows. Missing folders are
    /// made; a file that is there is replaced in one step.
    public var path: String
    /// Whether a file that is there is replaced; if not, the job fails unless it has the same content.
    public var overwrite = true
    /// The file format and its options. The format is decoded from the path's extension where the job does not name one.
    public var encoding: Encoding
    /// Pixels, at least 1; nil to follow from the height.
    public var width: Int?
    /// Pixels, at least 1; nil to follow from the width.
    public var height: Int?
    /// What to do when width and height have another shape than the image.
    public var fit: Fit
    /// Which part to keep with ``Fit/cover``, where to place the image with ``Fit/contain``.
    public var position: Position
    /// The colour of the bars of ``Fit/contain``, and beneath transparent parts where the format has no alpha.
    public var background: Colour
    /// Never make the image larger than it is.
    public var withoutEnlargement: Bool
    /// Never make the image smaller than it is; ``Fit/cover`` still cuts it to width and height.
    public var withoutReduction = false

    /// How many pixels of the screen one of ``width`` and ``height`` stands for: both are multiplied by it.
    public var dpr = 1.0
    /// How pixels are weighed when the image becomes smaller.
    public var kernel = Kernel.lanczos3
    /// Lets a decoder make the image smaller as soon as it can, instead of leaving a factor of two for the kernel.
    public var fastShrinkOnLoad = true

    // What is done to the source before it is resized, in this order. Areas, sides and position refer to the turned
    // image.
    /// Degrees to turn clockwise. Multiples of 90 are exact and come here; other angles come after the image is cut.
    public var rotate = 0.0
    /// Top and bottom change places.
    public var flip = false
    /// Left and right change places.
    public var flop = false
    public var trim: Trim?
    /// The part that is used.
    public var extract: Area?
    /// Resizes in light that was darkened by this exponent, 1 to 3.
    public var gamma: Double?

    // What is done after resizing, cutting and placing, in this order; nil is nothing.
    /// Replaces transparency by the background, whatever the format.
    public var flatten = false
    /// The part that is kept.
    public var extractAfter: Area?
    public var extend: Extension?
    /// Only brightness is kept.
    public var greyscale = false
    /// Each sample becomes the median of so many pixels across and down, 1 to 99.
    public var median: Int?
    /// Pixels at least so bright, 0 to 255, become white, others black.
    public var threshold: Int?
    public var blur: Blur?
    public var modulate: Modulation?
    public var sharpen: Sharpening?
    /// Pictures that are laid over it, the lowest first.
    public var composite: [Overlay] = []
    /// The exponent that makes the image lighter again; nil is that of ``gamma``.
    public var gammaOut: Double?
    public var linear: LinearChange?
    public var normalise: Normalisation?
    public var clahe: LocalEqualisation?
    /// Brightness in shades of this colour.
    public var tint: Colour?
    /// Takes alpha away and shows the colours beneath.
    public var removeAlpha = false
    /// An alpha for an image that has none, 0 to 1.
    public var ensureAlpha: Double?
    public var negate: Negation?

    /// Makes all frames of an animation, or all pages of a document, instead of one.
    public var animated = false

    // What the file has beside its pixels.
    public var keep: Set<MetadataKind> = []
    /// Leaves the position out of EXIF that is kept.
    public var withoutGps = true
    public var colourspace = ColourSpace.srgb
    /// Pixels an inch, for print; nil for the source's.
    public var density: Double?

    /// The most bytes of the file: the quality is as good as fits, and no better than the encoding says.
    public var maxBytes: Int?
    public var ifLarger = IfLarger.keep
    /// What makes the job fail if the rendition would lose it.
    public var forbidLoss: Set<Loss> = []

    // What the result document gets to know of the picture.
    public var placeholder: Placeholder?
    public var dominantColour = false

    /// - Parameter quality: 1 (small) to 100 (good) for lossy formats, others ignore it; nil for the format's default.
    public init(
        path: String, format: ImageFormat, width: Int? = nil, height: Int? = nil, fit: Fit = .cover,
        position: Position = .centre, background: Colour = .black, withoutEnlargement: Bool = false,
        quality: Int? = nil
    ) {
        self.path = path
        encoding = Encoding(format)
        encoding.quality = quality
        self.width = width
        self.height = height
        self.fit = fit
        self.position = position
        self.background = background
        self.withoutEnlargement = withoutEnlargement
    }
}

extension Rendition {
    /// The format of ``encoding``. A new one has its defaults.
    public var format: ImageFormat {
        get { encoding.format }
        set { encoding = Encoding(newValue) }
    }
}
