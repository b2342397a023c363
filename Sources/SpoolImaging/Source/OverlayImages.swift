import SpoolJob
import SpoolPlanes
import SpoolWire

/// The pictures that a job lays over its renditions, each decoded once.
final class OverlayImages {
    /// In the order of the request's ``Swift/Sequence/overlayInputs``.
    private let inputs: [String]
    private var images: [Raster] = []

    init(_ renditions: [Rendition]) { inputs = renditions.overlayInputs }

    /// Decodes them all, upright, in sRGB and with alpha.
    /// - Parameter files: readable and seekable, one for each.
    /// - Throws: what is wrong with one of them, and where the job names it.
    func load(_ files: [Int32], for renditions: [Rendition], _ limits: RenderLimits) throws(JobError) {
        guard files.count == inputs.count else {
            throw JobError(.renderFailed, "\(inputs.count) overlays came with \(files.count) files")
        }
        var pixels = 0
        for (file, input) in zip(files, inputs) {
            do throws(JobError) {
                let decoder = try Decoder(SourceFile(file, limits), Input(path: input))
                let header = SourceHeader(try decoder.openHeader())
                // Together, because all of them are in memory at one time.
                pixels += header.size.area
                guard pixels <= limits.inputPixels else {
                    throw JobError(
                        .inputTooManyPixels,
                        "the overlays have more pixels than the limit of \(limits.inputPixels) (limits.input-pixels)")
                }
                let whole = try decoder.whole()
                images.append(
                    try decoder.decoding(.none) { () throws(VipsFailure) in
                        try whole.turned(header.orientation).colourful().withAlpha(1).inMemory()
                    })
            } catch {
                throw JobError(
                    error.code, "\(Self.place(of: input, in: renditions)): \(error.message)", retryable: error.retryable
                )
            }
        }
    }

    /// Refuses overlays that would grow beyond the limit on pixels.
    /// - Parameter width: of the rendition when they are laid over it.
    func check(_ task: RenditionTask, width: Int, _ limits: RenderLimits) throws(JobError) {
        for (number, overlay) in task.rendition.composite.enumerated() {
            guard let scale = overlay.scale, let index = inputs.firstIndex(of: overlay.input) else { continue }
            let size = images[index].size
            let factor = scale * Double(width) / Double(size.width)
            guard Double(size.area) * factor * factor > Double(limits.inputPixels) else { continue }
            throw JobError(
                .outputTooLarge,
                "renditions[\(task.index)].composite[\(number)].scale makes more pixels of the overlay than the limit of "
                    + "\(limits.inputPixels) (limits.input-pixels)")
        }
    }

    private static func place(of input: String, in renditions: [Rendition]) -> String {
        for (index, rendition) in renditions.enumerated() {
            if let number = rendition.composite.firstIndex(where: { $0.input == input }) {
                return "renditions[\(index)].composite[\(number)].input"
            }
        }
        return "an overlay"
    }

    func image(of overlay: Overlay) throws(VipsFailure) -> Raster {
        guard let number = inputs.firstIndex(of: overlay.input), number < images.count else {
            throw VipsFailure(text: "an overlay is not loaded")
        }
        return images[number]
    }
}
