import SpoolImaging
import SpoolJob
import SpoolWire
import Testing

/// Renders the file at a path into files of a folder, named as the renditions' paths.
func render(
    _ source: String, _ renditions: [Rendition], in folder: ScratchFolder, autoOrient: Bool = true,
    failOn: FailOn = .warning, limits: RenderLimits = RenderLimits()
) throws -> RenderReply {
    let input = Input(path: "not looked at", autoOrient: autoOrient, failOn: failOn)
    return try render(
        RenderRequest(input: input, renditions: renditions, limits: limits), try Descriptor(reading: source),
        try renditions.map { try Descriptor(creating: folder.file($0.path)) })
}

/// Renders with files that are open already.
func render(_ request: RenderRequest, _ source: Descriptor, _ outputs: [Descriptor]) throws -> RenderReply {
    let renderer = try Renderer()
    return source.with { source in
        Descriptor.with(outputs) { renderer.render(request, source: source, outputs: $0) }
    }
}

extension RenderReply {
    /// The job's results; a failure fails the test.
    func rendered(_ location: SourceLocation = #_sourceLocation) throws -> RenderedJob {
        switch self {
        case .rendered(let job): return job
        case .failed(let error):
            Issue.record("\(error.code): \(error.message)", sourceLocation: location)
            throw error
        }
    }

    /// The job's error; success fails the test.
    func failure(_ location: SourceLocation = #_sourceLocation) throws -> JobError {
        guard case .failed(let error) = self else {
            Issue.record("rendered, against expectation", sourceLocation: location)
            throw JobError(.renderFailed, "no failure")
        }
        return error
    }
}
