public import SpoolJob

/// What is to be made of a source. The files travel beside it.
public struct RenderRequest: Sendable, Equatable {
    public var input: Input
    public var renditions: [Rendition]
    public var limits: RenderLimits

    public init(input: Input, renditions: [Rendition], limits: RenderLimits) {
        self.input = input
        self.renditions = renditions
        self.limits = limits
    }
}

extension RenderRequest {
    /// The request as a message: a job as in a job file, and limits.
    package var json: JSONValue {
        [
            "job": Job(input: input, renditions: renditions).json,
            "limits": limits.json,
        ]
    }

    /// - Returns: nil if the message is no request.
    package init?(json: JSONValue) {
        guard let job = json["job"].flatMap({ try? Job(json: $0) }),
            let limits = json["limits"].flatMap(RenderLimits.init)
        else { return nil }
        self.init(input: job.input, renditions: job.renditions, limits: limits)
    }
}
