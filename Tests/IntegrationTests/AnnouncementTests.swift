import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `A folder notify` {
    private func fixture(_ names: String...) async throws -> SpoolFixture {
        let fixture = try await SpoolFixture()
        try FileManager.default.createDirectory(
            atPath: fixture.path.appending("notify").string, withIntermediateDirectories: false)
        for name in names { try fixture.drop(name.hasPrefix("bad") ? "{}" : SpoolFixture.simple, as: "\(name).json") }
        return fixture
    }

    private func inode(_ path: String, in fixture: SpoolFixture) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: fixture.path.appending(path).string)[.systemFileNumber] as? Int
    }

    @Test func `gets a link of each result of a job that ended`() async throws {
        let fixture = try await fixture("good", "bad")
        _ = try await fixture.once()
        #expect(Set(try fixture.scratch.list("spool/notify")) == ["good.result.json", "bad.result.json"])
        #expect(try inode("notify/good.result.json", in: fixture) == inode("done/good.result.json", in: fixture))
        #expect(try inode("notify/bad.result.json", in: fixture) == inode("failed/bad.result.json", in: fixture))
        try fixture.expectConsistent()
    }

    @Test func `keeps what nobody has read when a name is used again, and tells of cancelled jobs`() async throws {
        let fixture = try await fixture("a")
        _ = try await fixture.once()
        try fixture.drop(as: "a.json")
        _ = try await fixture.once()
        #expect(try fixture.scratch.list("spool/notify").count == 2)
        try fixture.drop(as: "b.json")
        let cancelled = try await WorkerProcess.run(
            ["cancel", "b", "--spool", fixture.path.string], in: fixture.scratch)
        #expect(cancelled.status == 0)
        #expect(try fixture.scratch.list("spool/notify").contains("b.result.json"))
    }

    @Test func `does not hear of a job that is tried again`() async throws {
        let fixture = try await fixture()
        try fixture.drop(#"{"input": "late.jpg", "renditions": [{"path": "x.png"}]}"#, as: "late.json")
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_RETRY_DELAY": "1h"])
        try await eventually("it waits for another attempt") { fixture.scratch.exists("spool/retry/late.json") }
        #expect(try fixture.scratch.list("spool/notify").isEmpty)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }

    @Test func `tells inotifywait, as the page says`() async throws {
        let fixture = try await fixture()
        let worker = try await fixture.start()
        let waiter = try WorkerProcess(
            command: [
                "/usr/bin/inotifywait", "--quiet", "--event", "create", "--format", "%f",
                fixture.path.appending("notify").string,
            ], in: fixture.scratch)
        // Whether it watches already is not to be seen; so jobs come until it has heard of one.
        var number = 0
        try await eventually("it has heard of a job") {
            number += 1
            try fixture.drop(as: "job-\(number).json")
            _ = try await fixture.ended("job-\(number).json")
            return !waiter.isRunning
        }
        let heard = waiter.standardOutput
        #expect(heard.hasSuffix(".result.json\n"), "\(heard)")
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }
}
