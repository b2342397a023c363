import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `The commands` {
    @Test func `tell what is wrong with a spool, by words and status`() async throws {
        let scratch = try ScratchFolder()
        let plain = try await WorkerProcess.run(["run", "--spool", scratch.path.string], in: scratch)
        #expect(plain.status == 69)
        #expect(plain.errors.contains("is not a spool") && plain.errors.contains("spool-worker init"))
        let missing = try await WorkerProcess.run(["status", "--spool", "/no/such"], in: scratch)
        #expect(missing.status == 69)
        #expect(missing.errors.contains("there is no folder /no/such"))
        #expect(try scratch.list().allSatisfy { $0.hasSuffix(".out") || $0.hasSuffix(".err") })
    }

    @Test func `tell what is wrong with a setting, by words and status`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        let flag = try await fixture.once(["--scan-interval", "soon"])
        #expect(flag.status == 78)
        #expect(flag.errors.contains("--scan-interval: takes a time"))
        let variable = try await fixture.once(environment: ["SPOOL_WORKER_WATCH": "x"])
        #expect(variable.status == 78)
        #expect(variable.errors.contains("SPOOL_WORKER_WATCH: takes one of"))
        #expect(try await fixture.once(["--no-such-flag"]).status == 64)
        let roots = try await fixture.once(environment: ["SPOOL_WORKER_INPUT_ROOTS": "/no/such"])
        #expect(roots.status == 78)
        #expect(roots.errors.contains("/no/such"))
    }

    @Test func `make a spool that works`() async throws {
        let scratch = try ScratchFolder()
        let path = scratch.path.appending("a/b").string
        #expect(try await WorkerProcess.run(["init", path], in: scratch).status == 0)
        #expect(try await WorkerProcess.run(["init", path], in: scratch).status == 0)
        #expect(try await WorkerProcess.run(["run", "--once", "--spool", path], in: scratch).status == 0)
    }

    @Test func `make the spool of the settings`() async throws {
        let scratch = try ScratchFolder()
        let settings = try scratch.write("spool: of/the-file\n", to: "settings.yaml").string
        let made = try await WorkerProcess.run(["init", "--config", settings], in: scratch)
        #expect(made.status == 0 && made.output.contains("of/the-file is a spool"), "\(made.errors)")
        #expect(try await WorkerProcess.run(["run", "--once", "--config", settings], in: scratch).status == 0)
        let other = scratch.path.appending("other").string
        let flag = ["init", "--config", settings, "--spool", other]
        #expect(try await WorkerProcess.run(flag, in: scratch).status == 0)
        #expect(try await WorkerProcess.run(["run", "--once", "--spool", other], in: scratch).status == 0)
        #expect(try await WorkerProcess.run(["init", "there", "--config", settings], in: scratch).status == 64)
        #expect(try await WorkerProcess.run(["init", "--config", "/no/such.yaml"], in: scratch).status == 78)
    }

    @Test func `make a spool that a group shares, and say what that changes`() async throws {
        let scratch = try ScratchFolder()
        let path = scratch.path.appending("spool").string
        func initialise(_ group: String...) async throws -> (status: Int32, output: String, errors: String) {
            try await WorkerProcess.run(["init", path] + group.flatMap { ["--group", $0] }, in: scratch)
        }
        let unknown = try await initialise("no-such-group")
        #expect(unknown.status == 64 && unknown.errors.contains("there is no group no-such-group"))
        #expect(!FileManager.default.fileExists(atPath: path))

        // Root can give files to any group, others to their own.
        let group = getuid() == 0 ? 1 : getegid()
        func rights(_ folder: String) throws -> [UInt32] {
            var status = stat()
            try #require(unsafe stat("\(path)/\(folder)", &status) == 0)
            return [status.st_mode & 0o7777, status.st_gid]
        }
        func expectShared() throws {
            for folder in ["", "hold", "processing", "retry", "done", "failed", "output", ".spool", ".spool/workers"] {
                #expect(try rights(folder) == [0o2750, group], "\(folder)")
            }
            for folder in ["incoming", "tmp", "input"] { #expect(try rights(folder) == [0o3770, group], "\(folder)") }
        }
        let made = try await initialise("\(group)")
        #expect(made.status == 0 && !made.output.contains("changed"), "\(made.output)\(made.errors)")
        try expectShared()

        #expect(unsafe chmod("\(path)/incoming", 0o700) == 0)
        #expect(unsafe chmod("\(path)/done", 0o755) == 0)
        #expect(try await initialise().status == 0)
        #expect(try rights("incoming")[0] == 0o700, "without --group nothing changes that is there")
        let mended = try await initialise("\(group)")
        #expect(
            mended.output.contains("changed \(path)/incoming: its mode is 3770, was 700\n")
                && mended.output.contains("changed \(path)/done: its mode is 2750, was 755\n"), "\(mended.output)")
        #expect(mended.output.split(separator: "\n").count == 3)
        try expectShared()
        #expect(try await !initialise("\(group)").output.contains("changed"))

        // Who hides files from the group drops a job all the same, where there are ACLs.
        guard made.errors.isEmpty else { return }
        let hidden = try await WorkerProcess.run(
            command: ["/bin/sh", "-c", "umask 077 && echo {} >'\(path)/incoming/a.json'"], in: scratch)
        #expect(hidden.status == 0)
        #expect(try rights("incoming/a.json") == [0o660, group])
    }

    @Test func `give a spool to no group of which the user is no member`() async throws {
        guard getuid() != 0, getegid() != 0 else { return }
        let scratch = try ScratchFolder()
        let path = scratch.path.appending("spool").string
        let run = try await WorkerProcess.run(["init", path, "--group", "0"], in: scratch)
        #expect(run.status == 69 && run.errors.contains("not a member of the group"), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `print the schema and the version`() async throws {
        let scratch = try ScratchFolder()
        let schema = try await WorkerProcess.run(["schema"], in: scratch)
        #expect(schema.status == 0)
        #expect(schema.output == Job.schema)
        let version = try await WorkerProcess.run(["--version"], in: scratch)
        #expect(version.output.split(separator: ".").count == 3)
    }

    @Test func `explain a job without rendering it`() async throws {
        let fixture = try await SpoolFixture()
        let job = try fixture.scratch.write(
            #"{"input": "photo.jpg", "renditions": [{"path": "new/a.webp", "width": 60, "negate": true}]}"#,
            to: "job.json")
        let options = ["explain", job.string, "--spool", fixture.path.string]
        let text = try await WorkerProcess.run(options, in: fixture.scratch)
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output.contains("new/a.webp: 60×"))
        #expect(text.output.contains("negate, with alpha\n            encode WebP"), "\(text.output)")
        let json = try await WorkerProcess.run(options + ["--json"], in: fixture.scratch)
        let plan = try JSONValue(parsing: json.output.utf8)
        #expect(plan["renditions"]?[0]?["width"] == 60)
        #expect(plan["source"]?["path"] == "photo.jpg")
        #expect(!FileManager.default.fileExists(atPath: fixture.path.appending("output/new").string))

        let missing = try fixture.scratch.write(
            #"{"input": "no.jpg", "renditions": [{"path": "a.webp"}]}"#, to: "missing.json")
        let refused = try await WorkerProcess.run(
            ["explain", missing.string, "--spool", fixture.path.string], in: fixture.scratch)
        #expect(refused.status == 1)
        #expect(refused.errors.hasPrefix("spool-worker: input_not_found: "))
    }

    @Test func `show the status for people and programs`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        try fixture.drop()
        _ = try await fixture.ended()
        let text = try await WorkerProcess.run(["status", "--spool", fixture.path.string], in: fixture.scratch)
        #expect(text.status == 0)
        #expect(text.output.contains("done           1"), "\(text.output)")
        #expect(text.output.contains("alive"))
        let json = try await WorkerProcess.run(
            ["status", "--json", "--spool", fixture.path.string], in: fixture.scratch)
        let value = try JSONValue(parsing: json.output.utf8)
        #expect(value["folders"]?["done"]?["jobs"] == 1)
        #expect(value["folders"]?["incoming"]?["oldestSeconds"] == .null)
        #expect(value["workers"]?[0]?["pid"]?.int == Int(worker.pid))
        #expect(value["workers"]?[0]?["alive"] == true)
        worker.signal(SIGKILL)
        _ = try await worker.status()
        let later = try await WorkerProcess.run(
            ["status", "--json", "--spool", fixture.path.string], in: fixture.scratch)
        #expect(try JSONValue(parsing: later.output.utf8)["workers"]?[0]?["alive"] == false)
    }

    @Test(arguments: [(SIGHUP, 129), (SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `end --once with a status of its own when a signal comes before all is done`(
        signal: Int32, expected: Int32
    ) async throws {
        let fixture = try await SpoolFixture()
        // Nobody knows whether it is whole until the settle time is over.
        try fixture.drop("{")
        let worker = try await fixture.start(["--once"], environment: ["SPOOL_WORKER_SETTLE_TIME": "1h"])
        worker.signal(signal)
        #expect(try await worker.status() == expected, "\(worker.standardError)")
        #expect(try fixture.states() == ["job.json": "incoming"])
        try fixture.expectConsistent()
    }

    @Test func `go on after a hangup that nohup ignores`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try WorkerProcess(
            command: ["/usr/bin/nohup", WorkerProcess.executable.string, "run", "--spool", fixture.path.string],
            in: fixture.scratch)
        try await eventually("the worker serves") { worker.standardError.contains("serves") }
        worker.signal(SIGHUP)
        try fixture.drop()
        #expect(try await fixture.ended().status == .done)
        // The second signal, while it stops, is none either.
        #expect(worker.isRunning)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        #expect(!worker.standardError.contains("second signal"))
    }

    @Test func `show a worker that is stopped as silent, and find that`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_LEASE_TIMEOUT": "1s"])
        func run(_ arguments: String...) async throws -> (status: Int32, output: String, errors: String) {
            try await WorkerProcess.run(arguments + ["--spool", fixture.path.string], in: fixture.scratch)
        }
        worker.signal(SIGSTOP)
        let deadline = ContinuousClock.now + .seconds(120)
        var state: JSONValue?
        repeat {
            state = try JSONValue(parsing: try await run("status", "--json").output.utf8)["workers"]?[0]
        } while state?["state"] == "alive" && ContinuousClock.now < deadline
        #expect(state?["state"] == "silent" && state?["alive"] == false)
        #expect(try #require(state?["silentSeconds"]?.double) >= 1)
        let status = try await run("status")
        #expect(status.status == 0 && status.output.contains("silent for "), "\(status.output)")
        let check = try await run("check")
        #expect(check.status == 1 && check.output.contains("has not shown for"), "\(check.output)")
        worker.signal(SIGCONT)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }

    /// In a mount namespace of the command's own.
    @Test(.enabled(if: getuid() == 0)) func `say that /proc is missing`() async throws {
        let scratch = try ScratchFolder()
        let worker = try WorkerProcess(
            command: [
                "/usr/bin/unshare", "--mount", "sh", "-c", #"mount -t tmpfs none /proc && exec "$@""#, "sh",
                WorkerProcess.executable.string, "run", "--spool", scratch.path.string,
            ], in: scratch)
        #expect(try await worker.status() == 69)
        #expect(worker.standardError.contains("/proc/self/cmdline is missing") && worker.standardOutput.isEmpty)
    }
}
