import SpoolJob
import SpoolWire

extension RenditionTask {
    /// Refuses sizes that cost too much or that the format cannot have, and areas that lie outside the image.
    /// - Parameter shape: the source's, as stored.
    func check(_ limits: RenderLimits, source shape: ImageShape) throws(JobError) {
        let pipeline = pipeline(fromPixelsOf: shape)
        if let problem = pipeline.problem { throw JobError(.jobInvalid, "renditions[\(index)].\(problem)") }
        let size = pipeline.shape.size
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
        let largest = plan.scaled.area > pipeline.largest.area ? plan.scaled : pipeline.largest
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

    /// Pixels of the rendition, with all its frames.
    func outputPixels(of shape: ImageShape) -> Int { pipeline(fromPixelsOf: shape).shape.size.area * frames }
}

extension [RenditionTask] {
    /// Refuses renditions that are too many and too large together.
    func check(_ limits: RenderLimits, source shape: ImageShape) throws(JobError) {
        let pixels = reduce(0) { $0 + $1.outputPixels(of: shape) }
        guard pixels <= limits.outputPixels else {
            throw JobError(
                .outputTooLarge,
                "the renditions would have \(pixels) pixels together, the limit is \(limits.outputPixels) "
                    + "(limits.output-pixels)")
        }
    }
}
