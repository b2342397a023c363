public import SpoolJob
import SpoolPlanes
public import SpoolWire

/// Makes renditions with libvips, one job at a time.
///
/// A renderer has no state of its own; that of libvips belongs to the process. Renderers of one process take turns:
/// for parallel work, start more processes.
public struct Renderer: Sendable {
    /// The version of the installed libvips, as in "8.14.1". Does not start libvips.
    public static var versionText: String { VipsLibrary.version }

    /// Starts libvips, the first time in this process, and tries out the encoders that may be missing, so that no job waits for that.
    /// - Throws: ``ErrorCode/renderFailed``, if libvips does not start.
    public init() throws(JobError) {
        try VipsLibrary.start()
        try VipsLibrary.exclusively { _ throws(JobError) in
            for format in ImageFormat.allCases { _ = format.writingSupport }
        }
    }

    /// Decodes the source once and writes each rendition to its file.
    ///
    /// Descriptors stay the caller's and stay open; positions may change. After a failure the content of the outputs
    /// is undefined.
    /// - Parameters:
    ///   - source: readable and seekable. No file is opened by name: `request.input.path` is not looked at.
    ///   - overlays: readable and seekable, one for each picture that renditions lay over themselves, in the order in which
    ///     the request names them first.
    ///   - outputs: readable, writable and seekable, one for each rendition in the same order. What they contain is
    ///     lost.
    ///   - threads: how many renditions may be made side by side; and with which libvips computes, and encoders that can.
    ///     The files are the same with any number.
    ///   - memory: bytes that the job may have. Renditions are made side by side as far as they fit into it.
    ///   - admission: called with the bytes that the job is going to need in all, before pixels are decoded; once more if
    ///     edges are trimmed, which is known only from all pixels.
    ///   - progress: called every ``ProgressMeter/interval``, from any thread; nil if nobody wants to know.
    /// - Returns: what was read and written, or why not. Never throws: the reply is what crosses to the supervisor.
    public func render(
        _ request: RenderRequest, source: Int32, overlays: [Int32] = [], outputs: [Int32], threads: Int = 1,
        memory: Int = .max, admission: (Int) throws(JobError) -> Void = { _ in },
        progress: (@Sendable (RenderProgress) -> Void)? = nil
    ) -> RenderReply {
        guard outputs.count == request.renditions.count else {
            return .failed(
                JobError(.renderFailed, "\(request.renditions.count) renditions came with \(outputs.count) files"))
        }
        do {
            return .rendered(
                try VipsLibrary.exclusively { tools throws(JobError) in
                    VipsLibrary.compute(with: threads)
                    var rendering = try Rendering(request, source: source, tools, admission: admission)
                    let threads = rendering.threads(threads, memory: memory)
                    try admission(rendering.memory(makers: threads.makers))
                    VipsLibrary.compute(with: threads.inAll)
                    return try rendering.run(overlays: overlays, outputs, threads, progress.map { ProgressMeter($0) })
                })
        } catch {
            return .failed(error)
        }
    }

    /// Reads the source's header and plans as for ``render(_:source:outputs:)``, and stops there.
    /// - Parameter source: as for a render.
    /// - Returns: the plan, or what the render would fail with before it decodes pixels.
    public func explain(_ request: RenderRequest, source: Int32) -> ExplainReply {
        do {
            return .explained(
                try VipsLibrary.exclusively { tools throws(JobError) in
                    try Rendering(request, source: source, tools) { _ in }.explanation
                })
        } catch {
            return .failed(error)
        }
    }
}
