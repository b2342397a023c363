import SpoolJob
package import SpoolSystem

/// What a supervisor asks a renderer for.
package enum RendererCall: Sendable, Equatable {
    /// To make the renditions. The answer is a ``RenderReply``.
    case render(RenderRequest)
    /// To say how it would make them. The answer is an ``ExplainReply``, and there are no outputs.
    case explain(RenderRequest)

    var json: JSONValue {
        switch self {
        case .render(let request): ["render": request.json]
        case .explain(let request): ["explain": request.json]
        }
    }

    /// - Returns: nil if the message is no call.
    init?(json: JSONValue) {
        if let request = json["render"].flatMap(RenderRequest.init) {
            self = .render(request)
        } else if let request = json["explain"].flatMap(RenderRequest.init) {
            self = .explain(request)
        } else {
            return nil
        }
    }

    /// Whether it has all files that belong to it, and no others.
    fileprivate func suits(_ files: RendererFiles) -> Bool {
        switch self {
        case .render(let request):
            files.outputs.count == request.renditions.count
                && files.overlays.count == request.renditions.overlayInputs.count
        case .explain: files.outputs.isEmpty && files.overlays.isEmpty
        }
    }
}

/// A message that does not keep to the protocol.
package struct WireError: Error, CustomStringConvertible {
    package var description: String
}

extension MessageSocket {
    /// The kernel's default room for one message is 212,992 bytes, and a part of it is the kernel's own.
    private static let longestMessage = 100_000
    /// A hundred renditions with every key that they can have.
    private static let longestCall = 16 << 20

    /// Sends a call with its files. One that is too long for a message travels in a file of its own.
    package func send(
        _ call: RendererCall, _ files: RendererFiles, _ budget: JobBudget
    ) throws(SystemFailure) {
        var files = files.byRole
        var message = JSONObject()
        message["budget"] = budget.json
        let content = call.json
        let bytes = content.bytes(indented: false)
        if bytes.count <= Self.longestMessage {
            message["call"] = content
        } else {
            let file = try OpenFile.inMemory("spool-worker call")
            try file.write(bytes)
            files.append((.call, file))
        }
        message["files"] = .array(files.map { .string($0.role.text) })
        try send(JSONValue.object(message).bytes(indented: false), files: files.map(\.file))
    }

    /// Waits for a call.
    /// - Returns: nil when the other end is closed.
    package func receiveCall() throws -> (call: RendererCall, files: RendererFiles, budget: JobBudget)? {
        guard let (bytes, received) = try receive() else { return nil }
        let message = try JSONValue(parsing: bytes)
        let roles = message["files"]?.array?.compactMap(\.string).compactMap(FileRole.init) ?? []
        guard roles.count == received.count, Set(roles).count == roles.count else {
            throw WireError(description: "\(received.count) files came with \(roles.count) roles")
        }
        let files = Dictionary(uniqueKeysWithValues: zip(roles, received))
        let content =
            try files[.call].map { try JSONValue(parsing: $0.read(upTo: Self.longestCall)) } ?? message["call"]
        guard let call = content.flatMap(RendererCall.init), let files = RendererFiles(files),
            call.suits(files), let budget = message["budget"].flatMap(JobBudget.init)
        else { throw WireError(description: "a message is no call, or lacks files or a budget") }
        return (call, files, budget)
    }
}
