import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `A job that asks for a time` {
    private static func job(notBefore: Date) -> String {
        let time = notBefore.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        return #"{"notBefore": "\#(time)", "input": "photo.jpg", "renditions": [{"path": "small.png", "width": 64}]}"#
    }

    private func run(_ fixture: SpoolFixture, _ arguments: String...) async throws -> (
        status: Int32, output: String, errors: String
    ) {
        try await WorkerProcess.run(arguments + ["--spool", fixture.path.string], in: fixture.scratch)
    }

    @Test func `waits in retry and is begun then`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let time = Date() + 4
        try fixture.drop(Self.job(notBefore: time))
        let result = try await fixture.ended()
        #expect(result.status == .done)
        let attempt = try #require(result.attempts.first)
        #expect(result.attempts.count == 1 && attempt.startedAt >= time - 0.001)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    /// The worker is root here, so the file gets the time that another worker could not have changed.
    @Test(.enabled(if: geteuid() == 0), arguments: [0.0, nil])
    func `and is another user's is begun when its document says so`(seconds: Double?) async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let dropped = Date()
        try fixture.scratch.write(Self.job(notBefore: Date() + 200_000), to: "spool/incoming/.job")
        let hidden = fixture.path.appending("incoming/.job").string
        #expect(unsafe chown(hidden, 12_345, 12_345) == 0)
        try FileManager.default.moveItem(atPath: hidden, toPath: fixture.path.appending("incoming/job.json").string)
        try await eventually("the job waits") { fixture.scratch.exists("spool/retry/job.json") }
        func set(_ time: Date, _ file: String) throws {
            try FileManager.default.setAttributes(
                [.modificationDate: time], ofItemAtPath: fixture.path.appending("retry/\(file)").string)
        }
        try set(dropped - 60, "job.json")
        // `touch` means the present, which must differ from when the document was written.
        let touched = seconds.map(Date.init(timeIntervalSince1970:)) ?? Date() + 3
        try set(touched, "job.result.json")
        #expect(try await fixture.ended().status == .done)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `for tomorrow waits visibly, and is begun when an operator says so`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let time = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 200_000).rounded())
        try fixture.drop(Self.job(notBefore: time))
        try await eventually("the job waits") { fixture.scratch.exists("spool/retry/job.json") }
        let file = fixture.path.appending("retry/job.json").string
        let modified = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
        #expect(modified == time)
        let shown = try await run(fixture, "show", "job")
        #expect(shown.output.contains("is begun then, as the job asks"), "\(shown.output)")
        let status = try await run(fixture, "status")
        #expect(status.output.contains("the next job of retry is due in 2d"), "\(status.output)")
        let check = try await run(fixture, "check")
        #expect(!check.output.contains("job.json"), "\(check.output)")
        let wait = try WorkerProcess(["wait", "job", "--spool", fixture.path.string], in: fixture.scratch)
        try await eventually("wait says so") { wait.standardError.contains("job.json: is begun at ") }
        #expect(worker.standardError.contains("waits for the time"), "\(worker.standardError)")
        #expect(try await run(fixture, "retry", "job").status == 0)
        #expect(try await fixture.ended().status == .done)
        #expect(try await wait.status() == 0)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `for tomorrow is not waited for by --once, nor begun by its second run`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(Self.job(notBefore: Date() + 200_000))
        try fixture.drop(as: "now.json")
        for _ in 0..<2 {
            let once = try await fixture.once()
            #expect(once.status == 0, "\(once.errors)")
            #expect(try fixture.states() == ["job.json": "retry", "now.json": "done"])
        }
    }

    /// A clock that was wrong, or a hand, has given the file another time than the job asks for.
    @Test func `is not begun earlier because its file is due`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(Self.job(notBefore: Date() + 200_000))
        #expect(try await fixture.once().status == 0)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000)],
            ofItemAtPath: fixture.path.appending("retry/job.json").string)
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.states() == ["job.json": "retry"])
    }

    @Test func `that was there long ago is like any other`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(Self.job(notBefore: Date() - 10))
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.result()?.status == .done)
    }

    @Test func `in words that are no time fails at once`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(#"{"notBefore": "tomorrow", "input": "photo.jpg", "renditions": [{"path": "a.png"}]}"#)
        #expect(try await fixture.once().status == 1)
        let error = try #require(try fixture.result()?.error)
        #expect(
            error.code == .jobInvalid && error.message.hasPrefix("notBefore takes a time such as"), "\(error.message)")
    }
}
