package import SpoolJob
package import SpoolWire

extension RenditionLayout {
    /// Refuses sizes that cost too much or that the format cannot have.
    /// - Parameters:
    ///   - size: of the finished rendition.
    ///   - largest: that it has on the way.
    ///   - frames: how many it has.
    ///   - shape: the source's, as stored.
    package func check(
        _ limits: RenderLimits, size: Size, largest: Size, frames: Int, source shape: ImageShape
    ) throws(JobError) {
        let longest = max(size.width, size.height)
        guard longest <= limits.outputDimension else {
            throw JobError(
                .outputTooLarge,
                "renditions[\(index)] would be \(size), the limit is \(limits.outputDimension) a side "
                    + "(limits.output-dimension)")
        }
        if let most = rendition.format.longestSide, longest > most {
            throw JobError(
                .outputTooLarge,
                "renditions[\(index)] would be \(size), \(rendition.format.name) allows \(most) a side")
        }
        if rendition.format == .avif, size.area > limits.avifPixels {
            throw JobError(
                .outputTooLarge,
                "renditions[\(index)] would be \(size) = \(size.area) pixels, the limit of AVIF is \(limits.avifPixels) "
                    + "(limits.avif-pixels)")
        }
        // A thin source that has to cover a square grows enormously before it is cut.
        let largest = plan.scaled.area > largest.area ? plan.scaled : largest
        guard largest.area <= max(limits.inputPixels, shape.size.area, size.area) else {
            throw JobError(
                .outputTooLarge,
                "renditions[\(index)] would be \(largest) before it is cut to \(size), the limit is "
                    + "\(limits.inputPixels) pixels (limits.input-pixels)")
        }
        guard frames * max(size.area, shape.size.area) <= limits.inputPixels || frames == 1 else {
            throw JobError(
                .outputTooLarge,
                "renditions[\(index)] has \(frames) frames of \(size) from frames of \(shape.size), the limit is "
                    + "\(limits.inputPixels) pixels for all (limits.input-pixels); use fewer with input.pages")
        }
    }
}

extension RenderLimits {
    /// Refuses renditions that are too large together.
    /// - Parameter outputPixels: of all of them, with all their frames.
    package func check(outputPixels pixels: Int) throws(JobError) {
        guard pixels <= outputPixels else {
            throw JobError(
                .outputTooLarge,
                "the renditions would have \(pixels) pixels together, the limit is \(outputPixels) "
                    + "(limits.output-pixels)")
        }
    }
}
