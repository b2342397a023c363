package import SpoolJob

/// How one rendition lies in its source: which part of it, how it is turned, and the sizes that it goes through.
package struct RenditionLayout: Sendable {
    /// Its place in the job, for messages.
    package var index: Int
    package var rendition: Rendition
    /// How the stored image is turned for it.
    package var orientation: Orientation
    /// The part of the source that is used: as stored, and seen upright.
    package var area, uprightArea: Box
    package var plan: ResizePlan
    /// Whether the resized, cut picture is all that is in the file, without a change to it.
    package var isPlain: Bool

    /// - Parameters:
    ///   - stored: the source's size.
    ///   - upright: how the source is turned to be seen as it was taken.
    ///   - trimmed: the part inside its edges, seen upright, if the rendition trims.
    ///   - isPlain: see ``isPlain``.
    /// - Throws: ``ErrorCode/jobInvalid``, for an area that lies outside.
    package init(
        _ index: Int, _ rendition: Rendition, stored: Size, upright: Orientation, trimmed: Box? = nil, isPlain: Bool
    ) throws(JobError) {
        self.index = index
        self.rendition = rendition
        self.isPlain = isPlain
        orientation = rendition.orientation(after: upright)
        let turned = orientation.swapsSides ? stored.transposed : stored
        uprightArea = trimmed ?? Box(all: turned)
        if let extract = rendition.extract {
            let wanted = Box(extract)
            guard Box(all: uprightArea.size).contains(wanted) else {
                throw JobError(
                    .jobInvalid,
                    "renditions[\(index)].extract reaches to \(wanted.right), \(wanted.bottom), but the "
                        + "\(trimmed == nil ? "image" : "trimmed image") is \(uprightArea.size)")
            }
            uprightArea = uprightArea.part(wanted)
        }
        area = uprightArea.asStored(orientation, in: stored)
        plan = ResizePlan(stored: area.size, orientation: orientation, rendition: rendition)
    }
}
