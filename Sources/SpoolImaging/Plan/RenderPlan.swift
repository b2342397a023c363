import SpoolJob

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

/// The source decoded to planes by TurboJPEG, which zimg resizes.
struct PlanesPlan: Equatable, Sendable {
    /// 1, 2, 4 or 8: how much smaller than stored the source is decoded.
    var factor: Int
    /// How the decoded planes are turned.
    var orientation: Orientation
    /// What is resized, in this order.
    var resizes: [Resize]
    /// In the order of the job.
    var renditions: [Target]

    struct Resize: Equatable, Sendable {
        /// The part of the source that is used, as a share of it, seen upright.
        var part: Plane.Region
        /// The whole part's, seen upright.
        var scaled: Size
        /// What is made of it; all of it if nil.
        var crop: Box?
        var subsampling: Subsampling
        /// Where brightness and colour come from.
        var luma, chroma: Origin
        /// The last of the resizes that needs this one; its own number if none does.
        var lastUse: Int
    }

    enum Origin: Equatable, Sendable {
        case source
        /// An earlier resize.
        case resized(Int)
        /// An earlier resize that has the very samples.
        case same(Int)
    }

    struct Target: Equatable, Sendable {
        /// Of which resize.
        var resize: Int
        /// Whether the file is written from planes, without any pixel in between.
        var staysPlanar: Bool
    }
}
