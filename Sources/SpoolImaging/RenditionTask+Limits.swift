import SpoolCore

extension RenditionTask {
    /// Refuses sizes that cost too much or that the format cannot have.
    /// - Parameter input: the source's size, as stored.
    func check(_ limits: RenderLimits, input: Size) throws(JobError) {
        let size = plan.output
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
        // A thin source that has to cover a square grows enormously before it is cut.
        let scaled = plan.scaled
        guard scaled.area <= max(limits.inputPixels, input.area, size.area) else {
            throw JobError(
                .outputTooLarge,
                "renditions[\(index)] would be \(scaled) before it is cut to \(size), the limit is "
                    + "\(limits.inputPixels) pixels (limits.input-pixels)")
        }
    }
}
