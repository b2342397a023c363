import SpoolJob

/// The source decoded to planes by TurboJPEG, which zimg resizes.
package struct PlanesPlan: Equatable, Sendable {
    /// 1, 2, 4 or 8: how much smaller than stored the source is decoded.
    package var factor: Int
    /// How the decoded planes are turned.
    package var orientation: Orientation
    /// What is resized, in this order.
    package var resizes: [Resize]
    /// In the order of the job.
    package var renditions: [Target]

    package struct Resize: Equatable, Sendable {
        /// The part of the source that is used, as a share of it, seen upright.
        package var part: Plane.Region
        /// The whole part's, seen upright.
        package var scaled: Size
        /// What is made of it; all of it if nil.
        package var crop: Box?
        package var subsampling: Subsampling
        /// Where brightness and colour come from.
        package var luma, chroma: Origin
        /// The last of the resizes that needs this one; its own number if none does.
        package var lastUse: Int

        /// Whether it needs the decoded source.
        package var usesSource: Bool { luma == .source || chroma == .source }
    }

    package enum Origin: Equatable, Sendable {
        case source
        /// An earlier resize.
        case resized(Int)
        /// An earlier resize that has the very samples.
        case same(Int)
    }

    package struct Target: Equatable, Sendable {
        /// Of which resize.
        package var resize: Int
        /// Whether the file is written from planes, without any pixel in between.
        package var staysPlanar: Bool
    }
}
