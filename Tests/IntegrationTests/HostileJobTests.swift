import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `A job that was made to harm` {
    /// Indented, this would have eighty megabytes.
    @Test func `by deep metadata fails at once, with a small result`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        let deep =
            String(repeating: "[", count: 97) + String(repeating: "0,", count: 400_000) + "0"
            + String(repeating: "]", count: 97)
        try fixture.drop(
            #"{"input": "missing.jpg", "renditions": [{"path": "x.png"}], "metadata": \#(deep)}"#)
        #expect(try await fixture.once().status == 1)
        let result = try #require(try fixture.result())
        #expect(result.error?.code == .jobTooLarge)
        #expect(result.error?.message.contains("limits.metadata-bytes") == true)
        #expect(result.error?.retryable == false)
        #expect(result.attempts.isEmpty)
        #expect(result.metadata == nil)
        #expect(try fixture.scratch.read("spool/failed/job.result.json").utf8.count < 10_000)
        try fixture.expectConsistent()
    }

    @Test func `gets its metadata back up to the limit, on one line`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        let deep =
            String(repeating: "[", count: 97) + String(repeating: "0,", count: 100_000) + "0"
            + String(repeating: "]", count: 97)
        try fixture.drop(
            #"{"input": "missing.jpg", "renditions": [{"path": "x.png"}], "metadata": \#(deep)}"#)
        #expect(try await fixture.once(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "3"]).status == 1)
        let result = try #require(try fixture.result())
        #expect(result.attempts.map(\.error?.code) == [.inputNotFound, .inputNotFound, .inputNotFound])
        #expect(result.metadata?.text(indented: false) == deep)
        #expect(try fixture.scratch.read("spool/failed/job.result.json").utf8.count < 210_000)
    }
}

@Suite struct `A job in retry` {
    private static let job = #"{"input": "photo.jpg", "renditions": [{"path": "small.png", "width": 64}]}"#

    private func document(
        attempts: [ResultDocument.Attempt]? = nil, _ change: (inout JSONObject) -> Void = { _ in }
    ) throws -> String {
        let worker = ResultDocument.Worker(id: "w", host: "h", pid: 1, version: "0")
        let document = ResultDocument(
            job: "job.json", id: "0190-old",
            state: .retry(at: Date(), because: JobError(.inputNotFound, "no such file")), worker: worker,
            submittedAt: Date(), claimedAt: Date(),
            attempts: attempts ?? [
                ResultDocument.Attempt(number: 1, startedAt: Date(), error: JobError(.inputNotFound, "no such file"))
            ])
        var object = try #require(document.json.object)
        change(&object)
        return JSONValue.object(object).text()
    }

    private func wait(_ text: String, in fixture: SpoolFixture) throws {
        try fixture.scratch.write(Self.job, to: "spool/retry/job.json")
        try fixture.scratch.write(text, to: "spool/retry/job.result.json")
    }

    @Test(arguments: ["", "half a docu", #"{"version": 2}"#, String(repeating: " ", count: 5 << 20)])
    func `whose history cannot be read fails for good, and the file is kept`(text: String) async throws {
        let fixture = try await SpoolFixture()
        try wait(text, in: fixture)
        let run = try await fixture.once()
        #expect(run.status == 1, "\(run.errors)")
        let result = try #require(try fixture.result())
        #expect(result.error?.code == .historyUnreadable)
        #expect(result.error?.message.contains("retry/job.result.json") == true)
        #expect(result.attempts.map(\.error?.code) == [.historyUnreadable])
        let kept = "failed/job.\(result.id).unreadable"
        #expect(result.error?.message.contains(kept) == true)
        #expect(try fixture.scratch.read("spool/\(kept)") == text)
        #expect(try fixture.scratch.list("spool/retry").isEmpty)
        #expect(try fixture.scratch.list("spool/output").isEmpty)

        let retry = try await WorkerProcess.run(["retry", "--spool", fixture.path.string, "job"], in: fixture.scratch)
        #expect(retry.status == 0, "\(retry.errors)")
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.result()?.id == result.id)
        #expect(try fixture.result()?.status == .done)
    }

    @Test func `whose result nobody could read fails before it is worked on`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        // Each of these characters takes six bytes in a result.
        let long = String(repeating: "\u{7F}", count: 4080)
        let renditions = (0..<100).map { #"{"path": "\#(long)\#($0).png"}"# }.joined(separator: ",")
        try fixture.scratch.write(
            #"{"input": "missing.jpg", "renditions": [\#(renditions)]}"#, to: "spool/retry/job.json")
        let error = JobError(.inputNotFound, String(repeating: "x", count: JobError.maximumMessageBytes))
        let attempts = (1...1800).map { ResultDocument.Attempt(number: $0, startedAt: Date(), error: error) }
        try fixture.scratch.write(document(attempts: attempts), to: "spool/retry/job.result.json")
        #expect(try await fixture.once().status == 1)
        let result = try #require(try fixture.result())
        #expect(result.error?.code == .jobTooLarge)
        #expect(result.error?.message.contains("result") == true)
        #expect(result.attempts.count == 1800)
        try fixture.expectConsistent()
    }

    @Test func `keeps its history with an error code that this version does not know`() async throws {
        let fixture = try await SpoolFixture()
        let error: JSONValue = ["code": "moon_too_bright", "message": "wait for clouds", "retryable": true]
        try wait(
            document {
                $0["attempts"] = [["number": 1, "startedAt": "2026-01-01T00:00:00.000Z", "error": error]]
                $0["error"] = error
            }, in: fixture)
        #expect(try await fixture.once().status == 0)
        let result = try #require(try fixture.result())
        #expect(result.id == "0190-old")
        #expect(result.attempts.count == 2)
        #expect(result.attempts[0].error?.code.rawValue == "moon_too_bright")
        try fixture.expectConsistent()
    }

    @Test func `is due although its time is a year ahead, since no wait is so long`() async throws {
        let fixture = try await SpoolFixture()
        let far = Date(timeIntervalSinceNow: 365 * 86_400)
        try wait(document { $0["retryAt"] = .string(far.formatted(.iso8601)) }, in: fixture)
        try FileManager.default.setAttributes(
            [.modificationDate: far], ofItemAtPath: fixture.path.appending("retry/job.json").string)
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.result()?.id == "0190-old")
        #expect(try fixture.result()?.status == .done)
    }

    @Test func `that took some of its attempts' workers down is not said to have taken all`() async throws {
        let fixture = try await SpoolFixture()
        let job = try fixture.scratch.write(Self.job, to: "spool/processing/dead/job.json")
        let inode = try FileManager.default.attributesOfItem(atPath: job.string)[.systemFileNumber] as? Int
        let record = try document {
            let failed: JSONValue = ["code": "input_not_found", "message": "no such file", "retryable": true]
            $0["attempts"] = [
                ["number": 1, "startedAt": "2026-01-01T00:00:00.000Z", "error": failed],
                ["number": 2, "startedAt": "2026-01-01T00:00:00.000Z"],
            ]
            $0["inode"] = .number(inode ?? 0)
        }
        try fixture.scratch.write(record, to: "spool/processing/dead/job.result.json")
        let run = try await fixture.once(
            environment: ["SPOOL_WORKER_LEASE_TIMEOUT": "1s", "SPOOL_WORKER_MAX_ATTEMPTS": "2"])
        #expect(run.status == 1, "\(run.errors)")
        let error = try #require(try fixture.result()?.error)
        #expect(error.code == .workerDied)
        #expect(error.message.contains("in 1 of 2 attempts"), "\(error.message)")
    }
}
