import Foundation
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

/// Renderers that are stopped by SIGSTOP hold a job in the middle of its rendering for as long as a test needs.
@Suite struct `A worker under fault` {
    /// So much to encode that whatever a test does happens long before the end.
    private static let endless =
        #"{"input": "photo.jpg", "renditions": [{"path": "huge.avif", "width": 5600, "avif": {"effort": 9}}]}"#

    private func hasOpen(_ name: String, process: Int32) -> Bool {
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []
        return descriptors.contains { descriptor in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\(descriptor)")
            return target?.hasSuffix("/\(name)") == true
        }
    }

    /// Waits until a worker has recorded the attempt of a job, which comes right before its rendering.
    private func recorded(_ name: String, in fixture: SpoolFixture) async throws {
        try await eventually("the attempt of \(name) is recorded") {
            try fixture.scratch.list("spool/processing").contains {
                fixture.scratch.exists("spool/processing/\($0)/\(name).result.json")
            }
        }
    }

    @Test func `fails a job whose renderer dies with the signal in its error, and goes on`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "1"])
        try fixture.drop(Self.endless, as: "victim.json")
        var busy: Int32?
        try await eventually("a renderer has the source open") {
            busy = worker.jobProcesses.first { hasOpen("photo.jpg", process: $0) }
            return busy != nil
        }
        kill(try #require(busy), SIGSEGV)
        let result = try await fixture.ended("victim.json")
        #expect(result.error?.code == .rendererDied)
        #expect(result.error?.message.contains("SIGSEGV") == true)
        try fixture.drop(as: "next.json")
        #expect(try await fixture.ended("next.json").status == .done)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `goes on when an idle renderer has died, and no job fails`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        for process in worker.renderers.suffix(1) + worker.jobProcesses { kill(process, SIGKILL) }
        for index in 0..<4 { try fixture.drop(as: "\(index).json") }
        for index in 0..<4 { #expect(try await fixture.ended("\(index).json").status == .done) }
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }

    @Test(arguments: [
        (#"{"input": "photo.jpg", "renditions": [{"path": "x.png"}], "timeout": 0.3}"#, "60s"),
        (#"{"input": "photo.jpg", "renditions": [{"path": "x.png"}]}"#, "300ms"),
        (#"{"input": "photo.jpg", "renditions": [{"path": "x.png"}], "timeout": 1000}"#, "300ms"),
    ])
    func `stops a job that takes longer than its timeout or the worker's`(job: String, timeout: String) async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(
            ["--timeout", timeout], environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "1"])
        let stopped = try await worker.stopJobProcesses()
        try fixture.drop(job)
        let result = try await fixture.ended()
        #expect(result.error?.code == .renderTimeout)
        #expect(result.error?.message.contains("0.3") == true)
        #expect(Set(worker.jobProcesses) != Set(stopped))
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `that is killed loses nothing; the next takes its jobs over and counts the attempt`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let renderers = try await worker.stopJobProcesses()
        try fixture.drop(as: "caught.json")
        try await recorded("caught", in: fixture)
        worker.signal(SIGKILL)
        #expect(try await worker.status() == 1009)
        for renderer in renderers { kill(renderer, SIGKILL) }
        #expect(try fixture.states() == ["caught.json": "processing"])

        let next = try await fixture.once()
        #expect(next.status == 0, "\(next.errors)")
        let result = try #require(try fixture.result("caught.json"))
        #expect(result.attempts.map(\.number) == [1, 2])
        #expect(result.attempts[0].error?.code == .workerDied)
        #expect(result.attempts[1].error == nil)
        try fixture.expectConsistent()
        #expect(try fixture.scratch.list("spool/.spool/workers").isEmpty)
    }

    @Test func `that a job kills every time gives the job up after the last attempt`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(Self.endless, as: "poison.json")
        for attempt in 1...3 {
            let worker = try await fixture.start(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "3"])
            try await eventually("attempt \(attempt) is recorded") {
                try fixture.scratch.list("spool/processing").contains { folder in
                    guard folder.contains("-\(worker.pid)-"),
                        let text = try? fixture.scratch.read("spool/processing/\(folder)/poison.result.json")
                    else { return false }
                    return text.contains("\"number\": \(attempt)")
                }
            }
            worker.signal(SIGKILL)
            _ = try await worker.status()
        }
        try fixture.drop(as: "neighbour.json")
        #expect(try await fixture.once(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "3"]).status == 1)
        let result = try #require(try fixture.result("poison.json"))
        #expect(result.error?.code == .workerDied)
        #expect(result.attempts.map(\.number) == [1, 2, 3])
        #expect(try fixture.result("neighbour.json")?.status == .done)
        try fixture.expectConsistent()
    }

    @Test func `takes its renderers along when it is killed`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        #expect(worker.renderers.count == 4)
        let renderers = worker.renderers + worker.jobProcesses
        worker.signal(SIGKILL)
        _ = try await worker.status()
        try await eventually("the renderers have ended") {
            !renderers.contains { FileManager.default.fileExists(atPath: "/proc/\($0)/exe") }
        }
    }

    @Test func `told to stop lets running jobs finish and gives the others back`() async throws {
        let fixture = try await SpoolFixture()
        // The renderers are held for as long as this machine takes to look.
        let worker = try await fixture.start(
            environment: ["SPOOL_WORKER_SHUTDOWN_TIMEOUT": "1h", "SPOOL_WORKER_TIMEOUT": "1h"])
        for index in 0..<40 {
            try fixture.drop(
                #"{"input": "photo.jpg", "renditions": [{"path": "\#(index).png", "width": 3000}]}"#,
                as: "\(index).json")
        }
        // Held in the middle of a job each; one that was caught between two jobs goes on.
        var renderers: [Int32] = []
        try await eventually("both renderers are held in the middle of a job") {
            renderers = worker.jobProcesses
            for renderer in renderers { kill(renderer, SIGSTOP) }
            let isHeld = renderers.count { hasOpen("photo.jpg", process: $0) } == 2
            if !isHeld { for renderer in renderers { kill(renderer, SIGCONT) } }
            return isHeld
        }
        worker.signal(SIGTERM)
        try await eventually("at most the renderers' own jobs are left") {
            let states = try fixture.states()
            return worker.standardError.contains("stopping") && states.count { $0.value == "processing" } <= 2
        }
        let given = try fixture.states().count { $0.value == "incoming" }
        #expect(given > 0)
        for renderer in renderers { kill(renderer, SIGCONT) }
        #expect(try await worker.status() == 0)
        let states = try fixture.states()
        #expect(states.count { $0.value == "incoming" } == given)
        #expect(states.count { $0.value == "done" } == 40 - given)
        try fixture.expectConsistent()
    }

    @Test(arguments: [true, false])
    func `gives running jobs back at the deadline, or at a second signal`(signal: Bool) async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(
            environment: ["SPOOL_WORKER_SHUTDOWN_TIMEOUT": signal ? "1h" : "200ms"])
        _ = try await worker.stopJobProcesses()
        try fixture.drop()
        try await recorded("job", in: fixture)
        worker.signal(SIGTERM)
        try await eventually("the first signal is heard") { worker.standardError.contains("stopping") }
        if signal {
            try await eventually("the second signal is heard") {
                worker.signal(SIGTERM)
                return !worker.isRunning
            }
        }
        #expect(try await worker.status() == 0, "\(worker.standardError)")
        #expect(try fixture.states() == ["job.json": "incoming"])
        try fixture.expectConsistent()
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.result()?.attempts.count == 1)
    }

    @Test func `shares a spool with another, and each job is done once`() async throws {
        let fixture = try await SpoolFixture()
        let workers = [try await fixture.start(), try await fixture.start()]
        for index in 0..<60 {
            try fixture.drop(
                #"{"input": "photo.jpg", "renditions": [{"path": "\#(index).png", "width": 20}]}"#,
                as: "\(index).json")
        }
        for index in 0..<60 { #expect(try await fixture.ended("\(index).json").attempts.count == 1) }
        for worker in workers { worker.signal(SIGTERM) }
        for worker in workers { #expect(try await worker.status() == 0) }
        #expect(try fixture.states().count { $0.value == "done" } == 60)
        #expect(try fixture.scratch.list("spool/done").count == 120)
        try fixture.expectConsistent()
    }

    @Test func `takes over jobs of one name from several dead workers`() async throws {
        let fixture = try await SpoolFixture()
        for worker in ["one", "two", "three"] {
            try fixture.scratch.write(SpoolFixture.simple, to: "spool/processing/\(worker)/job.json")
            try fixture.scratch.write("half", to: "spool/tmp/.\(worker).leftover.tmp")
        }
        try fixture.drop()
        let run = try await fixture.once(environment: ["SPOOL_WORKER_LEASE_TIMEOUT": "1s"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            try fixture.states() == [
                "job.json": "done", "job~2.json": "done", "job~3.json": "done", "job~4.json": "done",
            ])
        try fixture.expectConsistent()
    }

    @Test func `goes on when incoming is deleted and made again`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let incoming = fixture.path.appending("incoming").string
        try FileManager.default.removeItem(atPath: incoming)
        try FileManager.default.createDirectory(atPath: incoming, withIntermediateDirectories: false)
        try fixture.drop()
        #expect(try await fixture.ended().status == .done)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }

    @Test func `claims nothing while the spool is away, and goes on when it is back`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(["--scan-interval", "50ms"])
        let away = fixture.scratch.path.appending("away").string
        try FileManager.default.moveItem(atPath: fixture.path.string, toPath: away)
        try await eventually("the worker says so") { worker.standardError.contains("file system failed") }
        #expect(!worker.standardError.contains("job="))
        #expect(!FileManager.default.fileExists(atPath: fixture.path.string))
        try FileManager.default.moveItem(atPath: away, toPath: fixture.path.string)
        try fixture.drop()
        #expect(try await fixture.ended().status == .done)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }

    @Test func `writes no log into images when it is started without standard error`() async throws {
        let fixture = try await SpoolFixture()
        for index in 0..<5 { try fixture.drop(as: "\(index).json") }
        let command = [
            "/bin/sh", "-c", #"exec "$@" <&- >&- 2>&-"#, "sh", WorkerProcess.executable.string, "run", "--once",
            "--spool",
            fixture.path.string,
        ]
        #expect(try await WorkerProcess(command: command, in: fixture.scratch).status() == 0)
        for index in 0..<5 {
            let result = try #require(try fixture.result("\(index).json"))
            #expect(result.status == .done)
            let text = try fixture.scratch.read("spool/done/\(index).json")
            #expect(text == SpoolFixture.simple)
        }
        let image = try Data(contentsOf: URL(filePath: fixture.path.appending("output/small.png").string))
        #expect(image.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }

    @Test func `takes over from a neighbour that is killed, while it runs itself`() async throws {
        let fixture = try await SpoolFixture()
        let victim = try await fixture.start()
        let renderers = try await victim.stopJobProcesses()
        try fixture.drop(as: "caught.json")
        try await recorded("caught", in: fixture)
        let survivor = try await fixture.start(["--scan-interval", "50ms"])
        victim.signal(SIGKILL)
        _ = try await victim.status()
        for renderer in renderers { kill(renderer, SIGKILL) }
        let result = try await fixture.ended("caught.json")
        #expect(result.status == .done)
        #expect(result.worker.pid == Int(survivor.pid))
        #expect(result.attempts.count == 2)
        survivor.signal(SIGTERM)
        #expect(try await survivor.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `sets a name aside that it cannot claim, and does the others`() async throws {
        let fixture = try await SpoolFixture()
        // A job of the name is in the worker's claim folder already, put there by hand.
        let worker = try await fixture.start()
        let claims = try #require(try fixture.scratch.list("spool/processing").first)
        try fixture.scratch.write("by hand", to: "spool/processing/\(claims)/taken.json")
        try fixture.drop(as: "taken.json")
        for index in 0..<5 { try fixture.drop(as: "\(index).json") }
        for index in 0..<5 { #expect(try await fixture.ended("\(index).json").status == .done) }
        // It was no turn's, so it goes back, and ends as what it is.
        #expect(try await fixture.ended("taken.json").status == .done)
        try await eventually("the file by hand has failed") {
            try fixture.scratch.list("spool/failed").contains { $0.hasPrefix("taken") }
        }
        #expect(!worker.standardError.contains("file system failed"))
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }

    /// - Parameter changed: the source, or the picture that is laid over the rendition.
    @Test(arguments: ["photo.jpg", "mark.jpg"])
    func `tries a job again whose input changes while it is read`(changed: String) async throws {
        let fixture = try await SpoolFixture()
        try FileManager.default.copyItem(
            atPath: fixture.path.appending("input/photo.jpg").string,
            toPath: fixture.path.appending("input/mark.jpg").string)
        let worker = try await fixture.start()
        let renderers = try await worker.stopJobProcesses()
        try fixture.drop(
            #"""
            {"input": "photo.jpg", "renditions": [
                {"path": "small.png", "width": 64, "composite": [{"input": "mark.jpg", "scale": 0.25}]}]}
            """#)
        try await recorded("job", in: fixture)
        try await eventually("the rendition has its file") {
            try fixture.scratch.list("spool/output").contains { $0.hasPrefix(".spool-") }
        }
        let input = try #require(FileHandle(forWritingAtPath: fixture.path.appending("input/\(changed)").string))
        try input.seekToEnd()
        try input.write(contentsOf: Data("more".utf8))
        try input.close()
        for renderer in renderers { kill(renderer, SIGCONT) }
        let result = try await fixture.ended()
        #expect(result.attempts.map(\.error?.code) == [.inputChanged, nil])
        #expect(result.attempts.first?.error?.message.contains(changed) == true)
        #expect(result.status == .done)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `is not fooled by a source that changes and gets its old time back`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let renderers = try await worker.stopJobProcesses()
        try fixture.drop()
        try await recorded("job", in: fixture)
        try await eventually("the rendition has its file") {
            try fixture.scratch.list("spool/output").contains { $0.hasPrefix(".spool-") }
        }
        let input = try Folder(at: fixture.path.appending("input"))
        let time = try #require(try input.status(of: "photo.jpg")).modified
        let photo = try #require(FileHandle(forUpdatingAtPath: fixture.path.appending("input/photo.jpg").string))
        let size = try photo.seekToEnd()
        try photo.seek(toOffset: size - 1)
        let last = try #require(try photo.readToEnd())
        try photo.seek(toOffset: size - 1)
        try photo.write(contentsOf: Data(last.map { $0 ^ 1 }))
        try photo.seek(toOffset: size - 1)
        try photo.write(contentsOf: last)
        try photo.close()
        try input.setModified("photo.jpg", time)
        #expect(try input.status(of: "photo.jpg")?.modified == time)
        for renderer in renderers { kill(renderer, SIGCONT) }
        let result = try await fixture.ended()
        #expect(result.attempts.map(\.error?.code) == [.inputChanged, nil])
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `says so when somebody moves a job's file away from it, and where that is`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let renderers = try await worker.stopJobProcesses()
        try fixture.drop()
        try await recorded("job", in: fixture)
        try await eventually("the rendition has its file") {
            try fixture.scratch.list("spool/output").contains { $0.hasPrefix(".spool-") }
        }
        let claims = try #require(try fixture.scratch.list("spool/processing").first)
        try FileManager.default.moveItem(
            atPath: fixture.path.appending("processing/\(claims)/job.json").string,
            toPath: fixture.path.appending("failed/job.json").string)
        for renderer in renderers { kill(renderer, SIGCONT) }
        try await eventually("the worker says so") { worker.standardError.contains("somebody has moved") }
        #expect(worker.standardError.contains("now=failed/job.json"))
        #expect(!worker.standardError.contains("another worker"))
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        #expect(try fixture.scratch.list("spool/processing").isEmpty)
        #expect(try fixture.scratch.list("spool/output").isEmpty)
    }

    @Test func `does not fail jobs because it has too few descriptors`() async throws {
        let fixture = try await SpoolFixture()
        let renditions = (0..<100).map { #"{"path": "many/\#($0).png", "width": 4}"# }.joined(separator: ",")
        for index in 0..<4 {
            try fixture.drop(
                #"{"input": "photo.jpg", "renditions": [\#(renditions)]}"#.replacing("many", with: "many-\(index)"),
                as: "\(index).json")
        }
        // Four turns of a hundred files each do not fit into 400 descriptors.
        let worker = try WorkerProcess(
            command: [
                "/bin/sh", "-c", #"ulimit -n 400; exec "$@""#, "sh", WorkerProcess.executable.string, "run", "--spool",
                fixture.path.string, "--renderers", "2",
            ], in: fixture.scratch)
        for index in 0..<4 { #expect(try await fixture.ended("\(index).json").status == .done) }
        #expect(!worker.standardError.contains("No space left"))
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `does honest jobs beside many that take longer than they may, and tries those twice`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "10"])
        let late = Self.endless.replacing(#"{"input""#, with: #"{"timeout": 0.1, "input""#)
        for index in 0..<20 { try fixture.drop(late, as: "late-\(index).json") }
        for index in 0..<5 { try fixture.drop(as: "honest-\(index).json") }
        for index in 0..<5 {
            let result = try await fixture.ended("honest-\(index).json")
            #expect(result.status == .done)
            #expect(result.attempts.count == 1)
        }
        for index in 0..<20 {
            let result = try await fixture.ended("late-\(index).json")
            #expect(result.attempts.map(\.error?.code) == [.renderTimeout, .renderTimeout])
        }
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `tries jobs again that took too long beside others, on half of its renderers`() async throws {
        let fixture = try await SpoolFixture()
        for index in 0..<3 { try fixture.drop(Self.endless, as: "late-\(index).json") }
        let first = try await fixture.start(["--timeout", "100ms"], environment: ["SPOOL_WORKER_RETRY_DELAY": "1h"])
        // The jobs move while it is looked, so one folder is looked at.
        let waiting = {
            try fixture.scratch.list("spool/retry").count { $0.hasSuffix(".json") && !$0.hasSuffix(".result.json") }
        }
        try await eventually("all have taken too long") { try waiting() == 3 }
        first.signal(SIGTERM)
        #expect(try await first.status() == 0)
        for index in 0..<3 {
            try FileManager.default.setAttributes(
                [.modificationDate: Date()],
                ofItemAtPath: fixture.path.appending("retry/late-\(index).json").string)
        }
        let second = try await fixture.start(environment: ["SPOOL_WORKER_SHUTDOWN_TIMEOUT": "0"])
        try await eventually("one is tried again") { try waiting() == 2 }
        for index in 0..<3 {
            try fixture.drop(as: "honest-\(index).json")
            #expect(try await fixture.ended("honest-\(index).json").status == .done)
        }
        #expect(try waiting() == 2)
        second.signal(SIGTERM)
        #expect(try await second.status() == 0)
        try fixture.expectConsistent()
    }
}
