import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `Workers on one spool` {
    @Test func `take over from one that sleeps, and drop what it does when it wakes`() async throws {
        let fixture = try await SpoolFixture()
        let lease = ["SPOOL_WORKER_LEASE_TIMEOUT": "1s"]
        let sleeper = try await fixture.start(environment: lease)
        let renderers = try await sleeper.stopJobProcesses()
        try fixture.drop()
        try await eventually("the attempt is recorded") {
            try fixture.scratch.list("spool/processing").contains {
                fixture.scratch.exists("spool/processing/\($0)/job.result.json")
            }
        }
        sleeper.signal(SIGSTOP)
        let other = try await fixture.start(environment: lease)
        let result = try await fixture.ended()
        #expect(result.status == .done)
        #expect(result.worker.pid == Int(other.pid))
        #expect(result.attempts.map(\.error?.code) == [.workerDied, nil])
        let picture = try fixture.modified("output/small.png")

        sleeper.signal(SIGCONT)
        for renderer in renderers { kill(renderer, SIGCONT) }
        try await eventually("the sleeper goes on under a new name") {
            sleeper.standardError.contains("slept longer") && sleeper.standardError.contains("registered")
        }
        #expect(try fixture.result() == result)
        #expect(try fixture.modified("output/small.png") == picture)
        other.signal(SIGTERM)
        #expect(try await other.status() == 0)
        try fixture.drop(as: "next.json")
        #expect(try await fixture.ended("next.json").worker.pid == Int(sleeper.pid))
        sleeper.signal(SIGTERM)
        #expect(try await sleeper.status() == 0)
        #expect(try fixture.scratch.list("spool/done").count == 4)
        try fixture.expectConsistent()
        #expect(try fixture.scratch.list("spool/.spool/workers").isEmpty)
    }

    /// Network file systems refuse RENAME_NOREPLACE; so does this file system, for this process.
    @Test func `do without RENAME_NOREPLACE where a file system lacks it`() async throws {
        let fixture = try await SpoolFixture()
        for name in ["a.json", "b.json"] { try fixture.drop(as: name) }
        try fixture.drop("{", as: "broken.json")
        try fixture.scratch.write("{}", to: "spool/done/a.json")
        let run = try WorkerProcess(
            command: [
                "/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e",
                "inject=renameat2:error=EINVAL", WorkerProcess.executable.string, "run", "--once", "--spool",
                fixture.path.string, "--renderers", "1",
            ], in: fixture.scratch)
        #expect(try await run.status() == 1)
        #expect(
            try fixture.states() == [
                "a.json": "done", "a~2.json": "done", "b.json": "done", "broken.json": "failed",
            ])
        #expect(try fixture.scratch.list("spool/tmp").isEmpty)
        #expect(try fixture.scratch.list("spool/processing").isEmpty)
    }

    @Test func `go on beside one that cannot be looked at`() async throws {
        let fixture = try await SpoolFixture()
        // A folder where a lease should be: it can neither be read nor locked.
        for folder in ["processing/odd", ".spool/workers/odd.json"] {
            try FileManager.default.createDirectory(
                atPath: fixture.path.appending(folder).string, withIntermediateDirectories: false)
        }
        try fixture.drop()
        let worker = try await fixture.start()
        #expect(try await fixture.ended().status == .done)
        try fixture.drop(as: "next.json")
        #expect(try await fixture.ended("next.json").status == .done)
        #expect(worker.standardError.contains("cannot be looked at"))
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }
}

extension SpoolFixture {
    func modified(_ file: String) throws -> Date? {
        try FileManager.default.attributesOfItem(atPath: path.pushing(FilePath(file)).string)[.modificationDate]
            as? Date
    }
}
