import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite(.enabled(if: HungMount.isPossible, "needs root and /dev/fuse"))
struct `A worker beside a mount that hangs` {
    private func makeFolder(_ path: String, in fixture: SpoolFixture) throws -> FilePath {
        let folder = fixture.scratch.path.pushing(FilePath(path))
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        return folder
    }

    /// Waits until an attempt at a job has failed, and looks that more are to come.
    private func failed(_ name: String, in fixture: SpoolFixture) async throws {
        try await eventually("an attempt at \(name) has failed") {
            let folders = ["retry"] + (try fixture.scratch.list("spool/processing")).map { "processing/\($0)" }
            return folders.contains {
                let text = try? fixture.scratch.read("spool/\($0)/\(name).result.json")
                return text?.contains("\"storage_failed\"") == true
            }
        }
    }

    /// The worker looks at each root by its path once a second.
    @Test func `goes on while an input root itself hangs, and says so`() async throws {
        let fixture = try await SpoolFixture()
        let other = try makeFolder("other", in: fixture)
        let worker = try await fixture.start(environment: [
            "SPOOL_WORKER_INPUT_ROOTS": "\(fixture.path.appending("input").string),\(other.string)"
        ])
        let mount = try HungMount(at: other)
        defer { mount.end() }
        try await eventually("the worker has noticed") { worker.standardError.contains("root does not answer") }
        #expect(mount.isAsked)
        for index in 0..<5 { try fixture.drop(as: "\(index).json") }
        for index in 0..<5 { #expect(try await fixture.ended("\(index).json").status == .done) }
        mount.end()
        try await eventually("the worker looks again") { worker.standardError.contains("roots answer again") }
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    /// Beneath an input root; and beneath an output root, with what a dead worker has left.
    @Test(arguments: ["spool/input/hung", "spool/output/hung"])
    func `does the jobs that lie elsewhere, and stops when it is told to`(place: String) async throws {
        let fixture = try await SpoolFixture()
        let folder = try makeFolder(place, in: fixture)
        let environment = [
            "SPOOL_WORKER_MAX_ATTEMPTS": "1000", "SPOOL_WORKER_SHUTDOWN_TIMEOUT": "200ms",
            "SPOOL_WORKER_LEASE_TIMEOUT": "1s",
        ]
        let isOutput = place.hasPrefix("spool/output")
        let input = isOutput ? "photo.jpg" : "hung/photo.jpg"
        let output = isOutput ? "hung/" : ""
        // The opening has the job's timeout, but five seconds at the least.
        func stuck(_ index: Int) -> String {
            #"{"input": "\#(input)", "timeout": 1, "renditions": [{"path": "\#(output)\#(index).png", "width": 9}]}"#
        }
        let worker = try await fixture.start(environment: environment)
        let mount = try HungMount(at: folder)
        defer { mount.end() }
        if isOutput { try fixture.scratch.write(stuck(0), to: "spool/processing/dead/0.json") }
        for index in 0..<3 where index > 0 || !isOutput { try fixture.drop(stuck(index), as: "\(index).json") }
        for index in 0..<5 { try fixture.drop(as: "honest-\(index).json") }
        for index in 0..<5 { #expect(try await fixture.ended("honest-\(index).json").status == .done) }
        for index in 0..<3 { try await failed("\(index)", in: fixture) }
        worker.signal(SIGTERM)
        #expect(try await worker.status(within: .seconds(60)) == 0, "\(worker.standardError)")
        let states = try fixture.states()
        #expect(states.count == 8)
        #expect(states.count { $0.value == "done" } == 5)

        mount.end()
        try FileManager.default.copyItem(
            atPath: fixture.path.appending("input/photo.jpg").string, toPath: folder.appending("photo.jpg").string)
        #expect(try await fixture.once(environment: environment).status == 0)
        try await eventually("all are done") {
            _ = try fixture.states()
            return try (0..<3).allSatisfy { try fixture.result("\($0).json")?.status == .done }
        }
        try fixture.expectConsistent()
    }

    /// The loop looks at the spool's path once a second, which hangs then.
    @Test(arguments: [true, false])
    func `ends at the stop deadline even if its loop hangs, and loses no job`(signal: Bool) async throws {
        let fixture = try await SpoolFixture()
        // Without the thread for events, which asks for a path as well.
        let worker = try await fixture.start(
            ["--watch", "poll", "--scan-interval", "50ms"],
            environment: ["SPOOL_WORKER_SHUTDOWN_TIMEOUT": signal ? "1h" : "200ms"])
        _ = try await worker.stopJobProcesses()
        try fixture.drop()
        try await eventually("the job is claimed") {
            try fixture.scratch.list("spool/processing").contains {
                fixture.scratch.exists("spool/processing/\($0)/job.result.json")
            }
        }
        // No look at the spool by its path from here on.
        let mount = try HungMount(at: fixture.path)
        defer { mount.end() }
        try await eventually("the loop waits for the mount") { mount.isAsked }
        worker.signal(SIGTERM)
        if signal {
            try await eventually("the second signal is heard") {
                worker.signal(SIGTERM)
                return worker.standardError.contains("second signal")
            }
        }
        #expect(try await worker.status(within: .seconds(60)) == 74, "\(worker.standardError)")
        #expect(worker.standardError.contains("the worker ends although calls to a file system hang"))
        mount.end()
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.states() == ["job.json": "done"])
        try fixture.expectConsistent()
    }
}
