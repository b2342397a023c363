import SpoolJob
import SpoolPlanes

extension Rendering {
    /// Makes each frame by itself: resizing all together would mix the edges of one with the next.
    func writeFrames(
        of task: RenditionTask, _ plan: PixelsPlan, to file: OutputFile
    ) throws(JobError) -> Written {
        let strand = plan.strands[plan.renditions[task.index]]
        // Each frame is read once, whatever other renditions there are.
        let isResized = task.plan.scaled != strand.version.area.size
        let single = PixelsPlan.Strand(
            version: strand.version, hasSeveral: false, usesOwnSize: !isResized,
            resizes: isResized ? [PixelsPlan.Resize(size: task.plan.scaled, isShared: false)] : [])
        let frames = try decoder.frames(task.frames, strand.version.colourspace)
        do throws(VipsFailure) {
            var made: [Raster] = []
            for (number, frame) in frames.enumerated() {
                meter?.set(percent: number * 100 / frames.count)
                let scaled = try Cascade(frame, single, stored: header.size, bandResize).scaled(to: task.plan.scaled)
                made.append(try task.pipeline(fromPixelsOf: header.shape).apply(to: scaled).inMemory())
            }
            let animation = Animation(frames: made, header, task.encoder.encoding.timing)
            return try encode(animation.roll(), of: task, animation, size: made[0].size, to: file)
        } catch {
            throw file.failure ?? error.ofHost
                ?? JobError(.renderFailed, "libvips failed while making renditions[\(task.index)]: \(error.message)")
        }
    }
}
