import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

/// What real programs put into `incoming`, and what other things turn up there.
@Suite struct `Producers` {
    private static let turnstile = Turnstile(1)

    /// The whole matrix of the programs that are installed: fifty drops each with the default settings are in
    /// `make torture`. A machine that is busy with other tests may hold a producer up between two calls, so these get a
    /// longer quiet time.
    @Test(arguments: [
        ("shell", []), ("python", []), ("perl", []), ("node", []), ("java", []),
        ("python", ["--set", "watch=poll", "--set", "scan-interval=50ms"]),
    ])
    func `of every kind are not disturbed, and lose no job`(language: String, options: [String]) async throws {
        let place = await Self.turnstile.enter()
        let scratch = try ScratchFolder()
        let run = FilePath(#filePath).removingLastComponent().pushing("../../Torture/run").lexicallyNormalized()
        let torture = try WorkerProcess(
            command: [
                "/usr/bin/python3", "-B", run.string, "--worker", WorkerProcess.executable.string, "--only",
                "producers",
                "--language", language, "--drops", "30", "--no-wait", "--set", "quiet-time=1s", "--scratch",
                scratch.path.string,
            ] + options, in: scratch)
        #expect(
            try await torture.status(within: .seconds(1200)) == 0, "\(torture.standardOutput)\(torture.standardError)")
        withExtendedLifetime(place) {}
    }

    @Test func `who touch a job by name after it was claimed leave no job`() async throws {
        let fixture = try await SpoolFixture()
        // A claim is remembered for the settle time, and the touch must come within it.
        let worker = try await fixture.start(
            environment: ["SPOOL_WORKER_QUIET_TIME": "0", "SPOOL_WORKER_SETTLE_TIME": "40s"])
        try fixture.drop()
        // This keeps its thread: other tests could have it for longer than that.
        let deadline = ContinuousClock.now + .seconds(30)
        while !fixture.scratch.exists("spool/done/job.json") && .now < deadline { usleep(1000) }
        try fixture.scratch.write("", to: "spool/incoming/job.json")
        try await eventually("the empty file is gone") { try fixture.scratch.list("spool/incoming").isEmpty }
        try await eventually("the log says so") { worker.standardError.contains("removed an empty file") }
        worker.signal(SIGTERM)
        _ = try await worker.status()
        #expect(try fixture.states() == ["job.json": "done"])
        try fixture.expectConsistent()
    }

    @Test func `who have an empty file still open keep it`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_QUIET_TIME": "0"])
        try fixture.drop()
        _ = try await fixture.ended()
        let path = fixture.path.appending("incoming/job.json").string
        let file = unsafe open(path, O_WRONLY | O_CREAT, 0o666)
        defer { close(file) }
        // Like any empty file, it fails after the settle time, but it is still there for what its writer may write.
        // The result is there a moment before the job is, so this waits for the job itself.
        try await eventually("the job has failed") { fixture.scratch.exists("spool/failed/job.json") }
        worker.signal(SIGTERM)
        _ = try await worker.status()
    }

    @Test func `who drop a picture into incoming are told, once`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(["--scan-interval", "50ms"])
        try fixture.scratch.write("no job", to: "spool/incoming/photo.jpg")
        try await eventually("the log says so") { worker.standardError.contains("photo.jpg") }
        let status = try await WorkerProcess.run(["status", "--spool", fixture.path.string], in: fixture.scratch)
        #expect(status.output.contains("1 (photo.jpg)"), "\(status.output)")
        try fixture.drop()
        _ = try await fixture.ended()
        worker.signal(SIGTERM)
        _ = try await worker.status()
        #expect(worker.standardError.components(separatedBy: "photo.jpg").count == 2, "\(worker.standardError)")
    }
}
