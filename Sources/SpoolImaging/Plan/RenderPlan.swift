import SpoolJob
import SpoolPlanes

/// How the renditions of a job come from its source: decided from the header, before pixels are decoded.
enum RenderPlan: Equatable, Sendable {
    /// The planes of a JPEG source are resized as they are stored.
    case planes(PlanesPlan)
    /// The source is decoded to pixels.
    /// - Parameter reason: why not to planes, for people.
    case pixels(PixelsPlan, reason: String)
}

/// The source decoded to pixels by libvips, then resized.
struct PixelsPlan: Equatable, Sendable {
    var reduction: Reduction
    /// Whether all pixels are read into memory first: several strands read them, or a part is used, and a source that is
    /// broken elsewhere is an error all the same.
    var needsWholeSource: Bool
    var strands: [Strand]
    /// In the order of the job: the strand of which each is made.
    var renditions: [Int]

    /// What renditions are made of: a part of the source, as stored, with or without a change before resizing.
    struct Version: Hashable, Sendable {
        var area: Box
        var colourspace = ColourSpace.srgb
        /// Whether it is all frames instead of one.
        var isAnimated = false
        var gamma: Double?
        var kernel = Kernel.lanczos3
    }

    /// Whether all pixels are decoded before the first rendition is made of them.
    var isDecodedFirst: Bool {
        needsWholeSource || strands.contains { !$0.version.isAnimated && $0.hasSeveral }
    }

    /// The resizes of one version.
    struct Strand: Equatable, Sendable {
        var version: Version
        /// Whether it is read for more than one rendition.
        var hasSeveral: Bool
        /// Whether a rendition takes it at its own size.
        var usesOwnSize: Bool
        /// The largest first; no size stands twice, and the version's own not at all.
        var resizes: [Resize]
    }

    struct Resize: Equatable, Sendable {
        var size: Size
        /// The earlier one of the strand of which it is made; nil for the version itself.
        var origin: Int?
        /// Whether several renditions or later sizes are made of it, so that it is computed once, into memory.
        var isShared: Bool
    }
}
