/// One image to make from a job's input. Names and meanings follow sharp.
public struct Rendition: Sendable, Equatable {
    /// Relative to the spool's output root, or absolute inside a root that the operator allows. Missing folders are
    /// made; a file that is there is replaced in one step.
    public var path: String
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

    // What is done to the source before it is resized, in this order. Sides and position refer to the turned image.
    /// Degrees to turn clockwise: a multiple of 90.
    public var rotate = 0
    /// Top and bottom change places.
    public var flip = false
    /// Left and right change places.
    public var flop = false

    // What is done to the finished size, in this order; nil is nothing.
    /// Only brightness is kept.
    public var greyscale = false
    /// Each sample becomes the median of so many pixels across and down, 1 to 99.
    public var median: Int?
    /// Pixels at least so bright, 0 to 255, become white, others black.
    public var threshold: Int?
    public var blur: Blur?
    public var modulate: Modulation?
    public var sharpen: Sharpening?
    public var linear: LinearChange?
    public var negate: Negation?

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

/// How an image meets a box of another shape.
public enum Fit: String, Sendable, Equatable, CaseIterable {
    /// Fill the box, keep the shape, cut off what does not fit.
    case cover
    /// Stay inside the box, keep the shape, fill the rest with the background.
    case contain
    /// Fill the box, stretch.
    case fill
    /// Keep the shape and be as large as fits inside the box.
    case inside
    /// Keep the shape and be as small as covers the box.
    case outside
}

/// The part of the image that matters: a place on the edge, the centre, or what the image itself suggests.
public enum Position: String, Sendable, Equatable, CaseIterable {
    case centre, north, northeast, east, southeast, south, southwest, west, northwest
    /// The part with the most detail (``Fit/cover`` only).
    case entropy
    /// The part that draws the eye: skin tones, saturated colours, edges (``Fit/cover`` only).
    case attention

    /// Names with the same meaning, as sharp has them.
    static let aliases: [(name: String, choice: Position)] = [
        ("center", .centre), ("top", .north), ("right top", .northeast), ("right", .east), ("right bottom", .southeast),
        ("bottom", .south), ("left bottom", .southwest), ("left", .west), ("left top", .northwest),
    ]
}
