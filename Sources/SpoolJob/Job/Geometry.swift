/// A part of an image, in pixels.
public struct Area: Sendable, Hashable {
    /// From the left and the upper edge, at least 0.
    public var left, top: Int
    /// At least 1.
    public var width, height: Int

    public init(left: Int, top: Int, width: Int, height: Int) {
        (self.left, self.top, self.width, self.height) = (left, top, width, height)
    }
}

/// The edges of an image that are of one colour, which are cut off.
public struct Trim: Sendable, Hashable {
    /// The colour of the edges; nil for that of the upper left pixel.
    public var background: Colour?
    /// How far a sample may be from the background and belong to it, of 255.
    public var threshold = 10.0
    /// For drawings without shades.
    public var lineArt = false
    /// Pixels of the edges that are kept.
    public var margin = 0

    public init() {}
}

/// Pixels that are added around a rendition.
public struct Extension: Sendable, Equatable {
    public var top = 0, left = 0, bottom = 0, right = 0
    public var extendWith = ExtendMode.background

    public init() {}
}

/// What added pixels are.
public enum ExtendMode: String, Sendable, Equatable, CaseIterable {
    /// The rendition's background.
    case background
    /// The nearest pixels of the image.
    case copy
    /// The image again, as tiles.
    case `repeat`
    /// The image again, mirrored.
    case mirror
}

/// How pixels are weighed when an image becomes smaller.
public enum Kernel: String, Sendable, Equatable, CaseIterable {
    case nearest, linear, cubic, mitchell, lanczos2, lanczos3, mks2013, mks2021
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

/// The part of the image that matters.
public enum Position: Sendable, Equatable {
    case centre, north, northeast, east, southeast, south, southwest, west, northwest
    /// The part with the most detail (``Fit/cover`` only).
    case entropy
    /// The part that draws the eye: skin tones, saturated colours, edges (``Fit/cover`` only).
    case attention
    /// The part around a point, 0 to 1 from the left and from the top (``Fit/cover`` only).
    case point(x: Double, y: Double)

    /// Whether it chooses a part to keep, and has no meaning for placing a whole image.
    var isOfCover: Bool {
        switch self {
        case .entropy, .attention, .point: true
        default: false
        }
    }

    static let names: [(name: String, position: Position)] = [
        ("centre", .centre), ("north", .north), ("northeast", .northeast), ("east", .east), ("southeast", .southeast),
        ("south", .south), ("southwest", .southwest), ("west", .west), ("northwest", .northwest),
        ("entropy", .entropy), ("attention", .attention),
    ]

    /// Names with the same meaning, as sharp has them.
    static let aliases: [(name: String, position: Position)] = [
        ("center", .centre), ("top", .north), ("right top", .northeast), ("right", .east), ("right bottom", .southeast),
        ("bottom", .south), ("left bottom", .southwest), ("left", .west), ("left top", .northwest),
    ]
}
