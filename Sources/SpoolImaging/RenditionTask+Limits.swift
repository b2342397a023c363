import SpoolJob
import SpoolPlanes
import SpoolWire

extension RenditionTask {
    /// Refuses sizes that cost too much or that the format cannot have, and what the steps cannot do.
    /// - Parameter shape: the source's, as stored.
    func check(_ limits: RenderLimits, source shape: ImageShape) throws(JobError) {
        let pipeline = pipeline(fromPixelsOf: shape)
        if let problem = pipeline.problem { throw JobError(.jobInvalid, "renditions[\(index)].\(problem)") }
        try layout.check(
            limits, size: pipeline.shape.size, largest: pipeline.largest, frames: frames, source: shape)
    }

    /// Pixels of the rendition, with all its frames.
    func outputPixels(of shape: ImageShape) -> Int { pipeline(fromPixelsOf: shape).shape.size.area * frames }
}
