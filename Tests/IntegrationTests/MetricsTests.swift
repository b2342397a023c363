import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `A metrics file` {
    /// The values of the file, by name and labels.
    private func values(_ fixture: SpoolFixture) throws -> [String: String] {
        guard fixture.scratch.exists("metrics/worker.prom") else { return [:] }
        var values: [String: String] = [:]
        for line in try fixture.scratch.read("metrics/worker.prom").split(separator: "\n") where !line.hasPrefix("#") {
            let space = try #require(line.lastIndex(of: " "))
            values[String(line[..<space])] = String(line[line.index(after: space)...])
        }
        return values
    }

    @Test func `tells what the worker has done and what the spool holds, and goes with the worker`() async throws {
        let fixture = try await SpoolFixture()
        try FileManager.default.createDirectory(
            atPath: fixture.scratch.path.appending("metrics").string, withIntermediateDirectories: false)
        try fixture.drop(as: "good.json")
        try fixture.drop("{}", as: "bad.json")
        _ = try await fixture.once()
        try fixture.drop(as: "again.json")
        try fixture.drop("{}", as: "worse.json")
        let worker = try await fixture.start(environment: [
            "SPOOL_WORKER_METRICS_FILE": fixture.scratch.path.appending("metrics/worker.prom").string
        ])
        for name in ["again.json", "worse.json"] { _ = try await fixture.ended(name) }
        try await eventually("the file tells it") {
            let found = try values(fixture)
            return found[#"spool_worker_attempts_total{code="",outcome="done"}"#] == "1"
                && found[#"spool_worker_attempts_total{code="job_invalid",outcome="failed"}"#] == "1"
                && found[#"spool_jobs{folder="done"}"#] == "2"
        }
        let found = try values(fixture)
        #expect(found["spool_worker_claiming"] == "1")
        #expect(found["spool_worker_renditions_total"] == "1")
        #expect(found[#"spool_worker_stage_seconds_count{stage="rendered"}"#] == "1")
        #expect(found[#"spool_oldest_job_seconds{folder="incoming"}"#] == "0")
        #expect(found[#"spool_workers{state="alive"}"#] == "1")
        #expect(found.keys.contains { $0.hasPrefix("spool_free_bytes{") })
        let file = try FileManager.default.attributesOfItem(
            atPath: fixture.scratch.path.appending("metrics/worker.prom").string)
        #expect(file[.posixPermissions] as? Int == 0o644)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        #expect(try fixture.scratch.list("metrics").isEmpty)
    }

    @Test func `in a folder that is missing costs a line in the log, and no job`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_METRICS_FILE": "/nowhere/x.prom"])
        try fixture.drop()
        #expect(try await fixture.ended().status == .done)
        try await eventually("the log says so") { worker.standardError.contains("the metrics cannot be written") }
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }
}
