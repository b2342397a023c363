import FoundationEssentials

/// A result document that cannot be read.
public struct ResultFormatError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The key that is missing or has a value of the wrong type.
    public var key: String

    public var description: String { "the result document's \"\(key)\" is missing or of the wrong type" }
}

extension ResultDocument {
    /// Reads a document that a worker wrote. Unknown keys are passed over: a newer worker may add some.
    public init(json: JSONValue) throws(ResultFormatError) {
        let reader = ResultReader(json)
        guard try reader.int("version") == Self.currentVersion else { throw ResultFormatError(key: "version") }
        self.init(
            job: try reader.string("job"), id: try reader.string("id"), state: try State(reader),
            worker: try Worker(reader.object("worker")), owner: json["owner"]?.int,
            submittedAt: try reader.date("submittedAt"), claimedAt: try reader.date("claimedAt"),
            metadata: json["metadata"])
        for attempt in try reader.array("attempts") { attempts.append(try Attempt(attempt)) }
        if json["attemptsForgiven"] != nil { attemptsForgiven = max(0, try reader.int("attemptsForgiven")) }
    }
}

extension ResultDocument.State {
    fileprivate init(_ reader: ResultReader) throws(ResultFormatError) {
        guard let status = ResultDocument.Status(rawValue: try reader.string("status")) else {
            throw ResultFormatError(key: "status")
        }
        switch status {
        case .processing:
            let progress =
                reader.json["progress"] == nil ? nil : try ResultDocument.Progress(reader.object("progress"))
            self = .processing(progress)
        case .retry:
            let error = reader.json["error"] == nil ? nil : try JobError(reader.object("error"))
            self = .retry(at: try reader.date("retryAt"), because: error)
        case .done: self = .done(try ResultDocument.Success(reader), at: try reader.date("finishedAt"))
        case .failed: self = .failed(try JobError(reader.object("error")), at: try reader.date("finishedAt"))
        }
    }
}

extension ResultDocument.Progress {
    fileprivate init(_ reader: ResultReader) throws(ResultFormatError) {
        self.init(
            renditions: try reader.int("renditions"), total: try reader.int("total"),
            percent: try reader.int("percent"))
    }
}

extension ResultDocument.Success {
    fileprivate init(_ reader: ResultReader) throws(ResultFormatError) {
        self.init(
            input: try ResultDocument.InputImage(reader.object("input")), renditions: [],
            timings: try ResultDocument.Timings(reader.object("timings")))
        for rendition in try reader.array("renditions") {
            renditions.append(try ResultDocument.RenditionImage(rendition))
        }
        if reader.json["usage"] != nil { usage = try ResultDocument.Usage(reader.object("usage")) }
    }
}

extension ResultDocument.Worker {
    package init(_ reader: ResultReader) throws(ResultFormatError) {
        self.init(
            id: try reader.string("id"), host: try reader.string("host"), pid: try reader.int("pid"),
            version: try reader.string("version"))
    }
}

extension ResultDocument.Attempt {
    fileprivate init(_ reader: ResultReader) throws(ResultFormatError) {
        self.init(number: try reader.int("number"), startedAt: try reader.date("startedAt"))
        if reader.json["milliseconds"] != nil { milliseconds = try reader.double("milliseconds") }
        if reader.json["error"] != nil { error = try JobError(reader.object("error")) }
        if reader.json["source"] != nil { source = try ResultDocument.SourceState(reader.object("source")) }
    }
}

extension ResultDocument.SourceState {
    fileprivate init(_ reader: ResultReader) throws(ResultFormatError) {
        self.init(bytes: try reader.int("bytes"), changedAt: try reader.date("changedAt"))
    }
}

extension ResultDocument.InputImage {
    fileprivate init(_ reader: ResultReader) throws(ResultFormatError) {
        self.init(
            path: try reader.string("path"), format: try reader.string("format"), width: try reader.int("width"),
            height: try reader.int("height"), pages: try reader.int("pages"), bytes: try reader.int("bytes"),
            sha256: try reader.string("sha256"))
    }
}

extension ResultDocument.RenditionImage {
    fileprivate init(_ reader: ResultReader) throws(ResultFormatError) {
        self.init(
            path: try reader.string("path"), format: try reader.string("format"), width: try reader.int("width"),
            height: try reader.int("height"), bytes: try reader.int("bytes"), sha256: try reader.string("sha256"),
            milliseconds: try reader.double("milliseconds"))
        quality = reader.json["quality"]?.int
        // A newer version may know more of them.
        losses = reader.json["losses"]?.array?.compactMap(\.string).compactMap(Loss.init) ?? []
        placeholder = reader.json["placeholder"]?.string
        dominantColour = reader.json["dominantColour"]?.string
    }
}

extension ResultDocument.Usage {
    fileprivate init(_ reader: ResultReader) throws(ResultFormatError) {
        self.init(peakMemory: try reader.int("peakMemory"), processor: try reader.double("processor"))
    }
}

extension ResultDocument.Timings {
    fileprivate init(_ reader: ResultReader) throws(ResultFormatError) {
        self.init(
            queued: try reader.double("queued"),
            // Older versions counted it as part of the rendering.
            waited: reader.json["waited"]?.double ?? 0, rendered: try reader.double("rendered"),
            committed: try reader.double("committed"))
    }
}

extension JobError {
    fileprivate init(_ reader: ResultReader) throws(ResultFormatError) {
        guard let retryable = reader.json["retryable"]?.bool else { throw ResultFormatError(key: "retryable") }
        self.init(
            ErrorCode(rawValue: try reader.string("code")), try reader.string("message"), retryable: retryable)
    }
}

/// Typed access to one object of a document.
package struct ResultReader {
    let json: JSONValue

    package init(_ json: JSONValue) { self.json = json }

    func string(_ key: String) throws(ResultFormatError) -> String { try require(key, json[key]?.string) }
    func int(_ key: String) throws(ResultFormatError) -> Int { try require(key, json[key]?.int) }
    func double(_ key: String) throws(ResultFormatError) -> Double { try require(key, json[key]?.double) }
    func date(_ key: String) throws(ResultFormatError) -> Date {
        try require(key, json[key]?.string.flatMap(Timestamp.date))
    }
    func object(_ key: String) throws(ResultFormatError) -> ResultReader {
        guard let value = json[key], value.object != nil else { throw ResultFormatError(key: key) }
        return ResultReader(value)
    }
    func array(_ key: String) throws(ResultFormatError) -> [ResultReader] {
        try require(key, json[key]?.array).map(ResultReader.init)
    }

    private func require<Value>(_ key: String, _ value: Value?) throws(ResultFormatError) -> Value {
        guard let value else { throw ResultFormatError(key: key) }
        return value
    }
}
