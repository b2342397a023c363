import FoundationEssentials
import SpoolJob
import SpoolSystem
import SystemPackage
import Testing

private func time(_ seconds: Double) -> Date { Date(timeIntervalSince1970: 1_700_000_000 + seconds) }

extension ResultDocument {
    /// With every key that documents of all states have.
    fileprivate init(_ state: State) {
        self.init(
            job: "cat.json", id: "0190-1", state: state,
            worker: Worker(id: "web1-7-abc", host: "web1", pid: 7, version: "0.1.0"), owner: 1000,
            submittedAt: time(0.25), claimedAt: time(1),
            attempts: [
                Attempt(number: 1, startedAt: time(1), milliseconds: nil, error: JobError(.workerDied, "gone")),
                Attempt(
                    number: 2, startedAt: time(1.5), milliseconds: 12.5, error: JobError(.inputCorrupt, "broken"),
                    source: SourceState(bytes: 9, changedAt: time(0.125))),
            ],
            attemptsForgiven: 1, metadata: ["order": .number("100000000000000000001"), "a": .null])
    }

    static let done = ResultDocument(
        .done(
            Success(
                input: InputImage(
                    path: "cat.jpg", format: "jpeg", width: 3, height: 4, pages: 1, bytes: 5, sha256: "ab"),
                renditions: [.full], timings: Timings(queued: 1, waited: 0.5, rendered: 2.5, committed: 0.125),
                usage: Usage(peakMemory: 50_000_000, processor: 12.5)),
            at: time(2.5)))
    static let failed = ResultDocument(.failed(JobError(.inputCorrupt, "broken"), at: time(2.5)))
    static let waiting = ResultDocument(.retry(at: time(3.75), because: JobError(.inputNotFound, "not there")))
    static let underWay = ResultDocument(.processing(Progress(renditions: 2, total: 5, percent: 40)))
    /// One of each state.
    static let all = [
        done, failed, waiting, ResultDocument(.retry(at: time(3), because: nil)), ResultDocument(.processing(nil)),
        underWay,
    ]

    /// The keys that a document of this state cannot do without.
    var neededKeys: [String] {
        let ofState =
            switch state {
            case .processing: [String]()
            case .retry: ["retryAt"]
            case .done: ["finishedAt", "input", "renditions", "timings"]
            case .failed: ["finishedAt", "error"]
            }
        return ["version", "job", "id", "status", "worker", "submittedAt", "claimedAt", "attempts"] + ofState
    }
}

extension ResultDocument.RenditionImage {
    fileprivate static var full: Self {
        var image = Self(
            path: "c.webp", format: "webp", width: 1, height: 2, bytes: 3, sha256: "cd", milliseconds: 1.125)
        (image.quality, image.losses) = (71, [.alpha, .gps])
        (image.placeholder, image.dominantColour) = ("LqG9", "#c80838")
        return image
    }
}

@Suite struct `A result document` {
    @Test func `tells times that stay as they are, however often they are written and read`() throws {
        for millisecond in 0..<1000 {
            let text = Timestamp.text(Date(timeIntervalSince1970: 1_700_000_000 + Double(millisecond) / 1000))
            #expect(text.hasSuffix(".\(String(1000 + millisecond).dropFirst())Z"))
            #expect(Timestamp.text(try #require(Timestamp.date(text))) == text)
        }
    }

    @Test(arguments: ResultDocument.all)
    func `is read as it was written`(document: ResultDocument) throws {
        #expect(try ResultDocument(json: JSONValue(parsing: document.content)) == document)
    }

    @Test func `has the keys of the specification, in reading order`() throws {
        let first = ["version", "job", "id", "status"]
        let second = ["worker", "owner", "submittedAt", "claimedAt"]
        let third = ["attempts", "attemptsForgiven"]
        func keys(_ document: ResultDocument) -> [String]? { document.json.object?.members.map(\.key) }
        #expect(
            keys(.done) == first + second + ["finishedAt"] + third + [
                "input", "renditions", "timings", "usage", "metadata",
            ])
        #expect(keys(.failed) == first + ["error"] + second + ["finishedAt"] + third + ["renditions", "metadata"])
        #expect(keys(.waiting) == first + ["error"] + second + ["retryAt"] + third + ["renditions", "metadata"])
        #expect(keys(.underWay) == first + second + ["progress"] + third + ["renditions", "metadata"])
        #expect(ResultDocument.done.json["submittedAt"] == "2023-11-14T22:13:20.250Z")
        #expect(ResultDocument.failed.json["error"]?["code"] == "input_corrupt")
        #expect(
            ResultDocument.done.json["metadata"]?.text(indented: false) == #"{"order":100000000000000000001,"a":null}"#)
    }

    @Test(arguments: ResultDocument.all)
    func `that lacks a key or has another version is refused with the key`(document: ResultDocument) throws {
        for key in document.neededKeys {
            var object = try #require(document.json.object)
            object[key] = nil
            let error = #expect(throws: ResultFormatError.self) { try ResultDocument(json: .object(object)) }
            #expect(error?.key == key)
        }
        var newer = try #require(document.json.object)
        newer["version"] = 2
        #expect(throws: ResultFormatError.self) { try ResultDocument(json: .object(newer)) }
    }

    @Test func `with a number that is too large is refused with the key`() throws {
        let written = String(decoding: ResultDocument.done.content, as: UTF8.self)
            .replacing("\"rendered\": 2.5", with: "\"rendered\": 2.5e999")
        let error = #expect(throws: ResultFormatError.self) {
            try ResultDocument(json: JSONValue(parsing: Array(written.utf8)))
        }
        #expect(error?.key == "rendered")
    }

    @Test func `keeps metadata on one line, however deep`() throws {
        var document = ResultDocument.done
        document.metadata = (0..<90).reduce(.array(Array(repeating: 0, count: 1000))) { value, _ in .array([value]) }
        #expect(document.content.count < 8000)
        #expect(try ResultDocument(json: JSONValue(parsing: document.content)) == document)
    }

    @Test func `may have error codes of a newer worker, and keeps them`() throws {
        var object = try #require(ResultDocument.failed.json.object)
        object["error"] = ["code": "moon_too_bright", "message": "why", "retryable": true]
        let document = try ResultDocument(json: .object(object))
        #expect(document.error?.code == ErrorCode(rawValue: "moon_too_bright"))
        #expect(document.error?.code.isRetryable == false)
        #expect(document.error?.retryable == true)
        #expect(document.json["error"] == object["error"])
    }

    @Test func `has messages of one line and of bounded length`() throws {
        let error = JobError(.renderFailed, "a\u{9B}\u{202E}\n" + String(repeating: "é", count: 1_000_000))
        #expect(error.message.hasPrefix(#"a\u{009B}\u{202E}\n"#) || error.message.hasPrefix(#"a\u{9B}\u{202E}\n"#))
        #expect(error.message.utf8.count <= JobError.maximumMessageBytes)
        #expect(JobError(error.code, error.message, retryable: error.retryable) == error)
    }

    @Test func `may have keys of a newer worker`() throws {
        var object = try #require(ResultDocument.done.json.object)
        object["new"] = "thing"
        #expect(try ResultDocument(json: .object(object)) == .done)
    }

    @Test func `is not what tells of a process that lacks descriptors`() throws {
        let lack = SystemFailure("create", "a.png", .tooManyOpenFiles)
        let error = JobError.starved("rendition a.png", lack)
        // The worker pauses for what was lacking, not for want of space.
        #expect(error.starvation == lack)
        #expect(error.message.contains("Too many open files"))
        #expect(JobError(.storageFull, "full").starvation == nil)
    }

    @Test func `has error codes of one spelling`() {
        for code in ErrorCode.allCases {
            #expect(code.rawValue.allSatisfy { $0.isLowercase || $0 == "_" })
        }
    }
}
