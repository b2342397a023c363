import Foundation
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `A worker whose storage` {
    /// Stops a worker, and looks that the job which waited is done.
    private func finish(_ worker: WorkerProcess, _ fixture: SpoolFixture) async throws {
        #expect(try await fixture.ended().attempts.count == 1)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    private func status(_ fixture: SpoolFixture) async throws -> String {
        try await WorkerProcess.run(["status", "--spool", fixture.path.string], in: fixture.scratch).output
    }

    @Test func `runs short claims nothing, says so, and goes on by itself`() async throws {
        let fixture = try await SpoolFixture()
        // Others use the disk meanwhile; what counts here is far more than they do.
        let free = try fixture.spool.root.space().free
        let ballast = min(free / 2, 4 << 30)
        let file = fixture.scratch.path.appending("ballast")
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_MIN_FREE_BYTES": "\(free - ballast / 2)"])
        let handle = try #require(
            FileManager.default.createFile(atPath: file.string, contents: nil)
                ? FileHandle(forWritingAtPath: file.string) : nil)
        #expect(posix_fallocate(handle.fileDescriptor, 0, Int(ballast)) == 0)
        try await eventually("the worker has noticed") {
            worker.standardError.contains("nothing is claimed until there is more space")
        }
        try fixture.drop()
        #expect(try await status(fixture).contains("paused: "))
        #expect(try fixture.states() == ["job.json": "incoming"])
        try FileManager.default.removeItem(atPath: file.string)
        try handle.close()
        try await finish(worker, fixture)
        #expect(worker.standardError.contains("there is enough space again"))
    }

    @Test func `is short ends --once with the status for another time`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop()
        let run = try await fixture.once(environment: ["SPOOL_WORKER_MIN_FREE_INODES": "\(Int.max)"])
        #expect(run.status == 75)
        #expect(run.errors.contains("min-free.inodes"))
        #expect(try fixture.states() == ["job.json": "incoming"])
    }

    @Test func `has lost its marker claims nothing until it is back`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let marker = fixture.path.appending(".spool/spool.json").string
        try FileManager.default.moveItem(atPath: marker, toPath: marker + ".away")
        try await eventually("the worker has noticed") { worker.standardError.contains("find the spool's marker") }
        try fixture.drop()
        #expect(try fixture.states() == ["job.json": "incoming"])
        try FileManager.default.moveItem(atPath: marker + ".away", toPath: marker)
        try await finish(worker, fixture)
    }

    @Test func `has more events than the kernel's queue holds scans in their place`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(["--scan-interval", "24h"])
        // Once this is done the first scan is over.
        try fixture.drop(as: "first.json")
        _ = try await fixture.ended("first.json")
        worker.signal(SIGSTOP)
        // Each makes two events; the queue holds 16384 unless somebody has made it longer.
        let limit = try String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
        let count = try #require(Int(limit.trimmingCharacters(in: .whitespacesAndNewlines))) / 2 + 100
        for index in 0..<count {
            let file = unsafe open(fixture.path.appending("incoming/.\(index)").string, O_WRONLY | O_CREAT, 0o644)
            #expect(close(file) == 0)
        }
        try fixture.drop()
        worker.signal(SIGCONT)
        try await finish(worker, fixture)
        #expect(worker.standardError.contains("events were lost"))
    }
}
