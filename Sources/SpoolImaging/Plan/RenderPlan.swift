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
    /// Whether a rendition takes the source at its own size.
    var usesSourceSize: Bool
    /// What is resized, the largest first; no size stands twice, and the source's own not at all.
    var resizes: [Resize]
    /// Whether the decoded source is read for more than one rendition.
    var hasSeveral: Bool

    struct Resize: Equatable, Sendable {
        var size: Size
        /// The earlier one of which it is made; nil for the decoded source.
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
        /// The whole picture's, seen upright.
        var scaled: Size
        /// What is made of it; all of it if nil.
        var crop: PlanarImage.Crop?
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
