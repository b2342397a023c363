import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `An operator` {
    private func call(
        _ arguments: String..., in fixture: SpoolFixture
    ) async throws -> (status: Int32, output: String, errors: String) {
        try await WorkerProcess.run(arguments + ["--spool", fixture.path.string], in: fixture.scratch)
    }

    @Test func `holds jobs, which no worker looks at, and releases them`() async throws {
        let fixture = try await SpoolFixture()
        for name in ["a.json", "b.json", "c.json"] { try fixture.drop(as: name) }
        let held = try await call("hold", "a", "spool/incoming/b.json", in: fixture)
        #expect(held.status == 0)
        #expect(held.output == "a.json\nb.json\n")
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.states() == ["a.json": "hold", "b.json": "hold", "c.json": "done"])
        #expect(try await call("hold", "c", in: fixture).errors.contains("does not wait in incoming"))
        #expect(try await call("release", "--all", "-0", in: fixture).output == "a.json\0b.json\0")
        #expect(try await call("release", "a", in: fixture).status == 69)
        #expect(try await fixture.once().status == 0)
        #expect(Set(try fixture.states().values) == ["done"])
        try fixture.expectConsistent()
    }

    @Test func `replaces no job that has the name already`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(as: "a.json")
        #expect(try await call("hold", "a", in: fixture).status == 0)
        try fixture.drop("{}", as: "a.json")
        #expect(try await call("release", "a", in: fixture).errors.contains("another job of that name"))
        #expect(try await call("hold", "a", in: fixture).errors.contains("another job of that name"))
        #expect(try fixture.scratch.read("spool/hold/a.json") == SpoolFixture.simple)
        #expect(try fixture.scratch.read("spool/incoming/a.json") == "{}")
    }

    @Test func `cancels jobs that wait, are held or wait for another attempt`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(#"{"input": "late.jpg", "renditions": [{"path": "x.png"}]}"#, as: "late.json")
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_RETRY_DELAY": "1h"])
        try await eventually("it waits for another attempt") { fixture.scratch.exists("spool/retry/late.json") }
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.drop(as: "waits.json")
        try fixture.drop(as: "held.json")
        #expect(try await call("hold", "held", in: fixture).status == 0)
        let cancelled = try await call("cancel", "late", "waits", "held", "--reason", "wrong\u{1B}[1m", in: fixture)
        #expect(cancelled.status == 0)
        #expect(cancelled.output == "late.json\nwaits.json\nheld.json\n")
        #expect(try fixture.states() == ["late.json": "failed", "waits.json": "failed", "held.json": "failed"])
        for name in ["late", "waits", "held"] {
            let result = try #require(try fixture.result("\(name).json"))
            #expect(result.status == .failed)
            #expect(result.error?.code == .cancelled)
            #expect(result.error?.message.contains(#"wrong\u{1B}[1m"#) == true)
            #expect(result.attempts.count == (name == "late" ? 1 : 0))
        }
        #expect(try fixture.scratch.list("spool/retry").allSatisfy { $0 == ".gitkeep" })
        #expect(try await call("cancel", "late", in: fixture).errors.contains("has ended already: it is in failed"))
        #expect(try await call("cancel", "never", in: fixture).errors.contains("is not in the spool"))
        // The way back is that of every failed job.
        #expect(try await call("retry", "waits", in: fixture).status == 0)
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.result("waits.json")?.status == .done)
        try fixture.expectConsistent()
    }

    @Test func `cancels a job that a worker is at, which drops what it makes`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let stopped = try await worker.stopJobProcesses()
        try fixture.drop()
        try await eventually("it is worked on") {
            try fixture.scratch.list("spool/output").contains { $0.hasPrefix(".spool-") }
        }
        #expect(try await call("cancel", "job", in: fixture).status == 0)
        #expect(try fixture.states() == ["job.json": "failed"])
        for process in stopped { kill(process, SIGCONT) }
        try await eventually("what was made of it is removed") { try fixture.scratch.list("spool/output").isEmpty }
        try await eventually("the log says so") { worker.standardError.contains("moved or removed this job's file") }
        let result = try #require(try fixture.result())
        #expect(result.error?.code == .cancelled)
        #expect(result.attempts.count == 1)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `pauses the spool; nothing is claimed until the end of the pause`() async throws {
        let fixture = try await SpoolFixture()
        #expect(try await call("pause", "--reason", "upgrade of the disk", in: fixture).status == 0)
        let worker = try await fixture.start()
        try fixture.drop()
        try await eventually("the worker has seen it") {
            try await call("status", in: fixture).output.contains("upgrade of the disk")
        }
        #expect(try fixture.states() == ["job.json": "incoming"])
        #expect(try await call("health", in: fixture).status == 0)
        #expect(try await call("resume", in: fixture).status == 0)
        #expect(try await fixture.ended().status == .done)
        #expect(try await call("resume", in: fixture).errors.contains("was not paused"))
        // By hand.
        try fixture.scratch.write("", to: "spool/.spool/pause")
        try await eventually("the worker has seen it") {
            try await call("status", in: fixture).output.contains("an operator has paused")
        }
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        let once = try await fixture.once()
        #expect(once.status == 75)
        #expect(once.errors.contains("an operator has paused the spool"))
    }

    @Test func `drains the spool: when that is over, no worker has a job`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        for index in 0..<30 { try fixture.drop(as: "\(index).json") }
        #expect(try await call("drain", in: fixture).status == 0)
        #expect(try !fixture.states().values.contains("processing"))
        #expect(try await call("resume", in: fixture).status == 0)
        for index in 0..<30 { #expect(try await fixture.ended("\(index).json").status == .done) }
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `waits for jobs in a script`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(as: "good.json")
        try fixture.drop("{}", as: "bad.json")
        #expect(try await call("wait", "good", "--timeout", "10ms", in: fixture).status == 75)
        #expect(try await call("wait", "nowhere", in: fixture).status == 69)
        _ = try await fixture.once()
        #expect(try await call("wait", "good", in: fixture).status == 0)
        #expect(try await call("wait", "good", "bad", in: fixture).status == 1)
    }

    @Test func `sees a job's history and the reasons of failures`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(as: "good.json")
        try fixture.drop("{}", as: "bad.json")
        try fixture.drop("{}", as: "worse.json")
        _ = try await fixture.once()
        try fixture.drop(as: "waits.json")
        let shown = try await call("show", "good", "waits", in: fixture)
        #expect(shown.status == 0)
        for words in ["done/good.json", "attempt 1 succeeded", "small.png 64×48 png", "incoming/waits.json\n  waits"] {
            #expect(shown.output.contains(words), "\(words) in \(shown.output)")
        }
        let json = try JSONValue(parsing: Array(try await call("show", "good", "--json", in: fixture).output.utf8))
        #expect(json.array?.first?["result"]?["status"]?.string == "done")
        let failures = try await call("failures", in: fixture).output
        #expect(failures.hasPrefix("2\tjob_invalid\t"))
        let groups = try JSONValue(parsing: Array(try await call("failures", "--json", in: fixture).output.utf8))
        #expect(groups["job_invalid"]?["jobs"]?.int == 2)
        #expect(try await call("prune", "failed", "--keep", "1", in: fixture).output == "1\n")
        #expect(try fixture.states().values.filter { $0 == "failed" }.count == 1)
        #expect(try await call("prune", "incoming", "--keep", "1", in: fixture).status == 64)
    }

    @Test func `hears from health of workers that are dead, stopped or well`() async throws {
        let fixture = try await SpoolFixture()
        #expect(try await call("health", in: fixture).status == 69)
        let status = try await call("status", "--exit-status", in: fixture)
        #expect(status.status == 69 && status.output.contains("incoming") && status.errors.contains("no worker serves"))
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_LEASE_TIMEOUT": "1s"])
        #expect(try await call("health", in: fixture).output == "1 worker is well\n")
        #expect(try await call("status", "--exit-status", "--json", in: fixture).status == 0)
        worker.signal(SIGSTOP)
        try await eventually("its silence is seen") {
            let health = try await call("health", in: fixture)
            return health.status == 69 && health.errors.contains("has been silent")
        }
        worker.signal(SIGCONT)
        try await eventually("it is well again") { try await call("health", in: fixture).status == 0 }
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }

    @Test func `gives renditions and their folders a mode, whatever the umask`() async throws {
        let fixture = try await SpoolFixture()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o2755], ofItemAtPath: fixture.path.appending("output").string)
        try fixture.drop(#"{"input": "photo.jpg", "renditions": [{"path": "new/small.png", "width": 64}]}"#)
        #expect(try await fixture.once(environment: ["SPOOL_WORKER_OUTPUT_MODE": "0604"]).status == 0)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: fixture.path.appending(path).string)[.posixPermissions]
                as? Int
        }
        #expect(try mode("output/new/small.png") == 0o604)
        // The group's bit of the folder above stays.
        #expect(try mode("output/new") == 0o2705)
        try fixture.expectConsistent()
    }

    @Test func `is told of jobs without results, of names used twice, and of a pause while no worker runs`()
        async throws
    {
        let fixture = try await SpoolFixture(picture: false)
        try fixture.scratch.write("{}", to: "spool/failed/bad.json")
        try fixture.scratch.write("{}", to: "spool/done/good.json")
        try fixture.scratch.write("no document", to: "spool/done/good.result.json")
        let bad = try await call("wait", "bad", in: fixture)
        #expect(bad.status == 1 && bad.errors.contains("bad.json: failed, and has no result"), "\(bad)")
        #expect(try await call("wait", "good", in: fixture).status == 0)
        try fixture.drop(as: "good.json")
        let late = try await call("wait", "good", "--timeout", "100ms", in: fixture)
        #expect(late.status == 75, "\(late)")

        try fixture.spool.pause(because: "cleaning")
        #expect(try await call("status", in: fixture).output.contains("paused: cleaning; to go on"))
        let status = try await call("status", "--json", in: fixture).output
        #expect(try JSONValue(parsing: status.utf8)["pause"] == "cleaning")
    }

    @Test func `watches: each look shows rates and what is under way`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(as: "first.json")
        _ = try await fixture.once()
        let worker = try await fixture.start()
        let stopped = try await worker.stopJobProcesses()
        try fixture.drop(as: "second.json")
        try await eventually("it is under way") {
            let status = try JSONValue(parsing: Array(try await call("status", "--json", in: fixture).output.utf8))
            return status["underWay"]?.array?.first?["job"]?.string == "second.json"
                && status["folders"]?["done"]?["lastHour"]?.int == 1
        }
        #expect(try await call("status", in: fixture).output.contains("UNDER WAY"))
        let watch = try WorkerProcess(
            command: [WorkerProcess.executable.string, "status", "--watch", "--json", "--spool", fixture.path.string],
            in: fixture.scratch)
        try await eventually("it has looked twice") {
            watch.standardOutput.split(separator: "\n").count >= 2
        }
        watch.signal(SIGINT)
        _ = try await watch.status()
        for process in stopped { kill(process, SIGCONT) }
        #expect(try await fixture.ended("second.json").status == .done)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }

    @Test func `sees how far a long job is, and whoever takes it over knows of its attempt`() async throws {
        let fixture = try await SpoolFixture()
        // As many pixels as a job may have.
        let renditions = (1...24).map { #"{"path": "\#($0).webp", "width": 4000, "webp": {"effort": 6}}"# }
        try fixture.drop(#"{"input": "photo.jpg", "renditions": [\#(renditions.joined(separator: ","))]}"#)
        let worker = try await fixture.start()
        var progress: JSONValue?
        try await eventually("the first progress") {
            let status = try JSONValue(parsing: try await call("status", "--json", in: fixture).output.utf8)
            progress = status["underWay"]?.array?.first?["progress"]
            return progress?["total"] != nil
        }
        #expect(progress?["total"] == 24)
        #expect(progress?["renditions"]?.int.map { (0..<24).contains($0) } == true)
        #expect(try await call("status", in: fixture).output.contains(" of 24"))
        #expect(try await call("show", "job", in: fixture).output.contains("of 24 renditions are complete"))
        worker.signal(SIGKILL)
        #expect(try await worker.status() == 1009)
        #expect(try await call("cancel", "job", in: fixture).status == 0)
        let result = try #require(try fixture.result())
        #expect(result.status == .failed && result.attempts.count == 1)
    }
}
