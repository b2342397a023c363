import Foundation
import Glibc
import SpoolCore
import SystemPackage
import TestSupport
import Testing

/// The socket of a service manager that this test plays: what systemd would hear.
private final class ManagerSocket {
    private let socket: DatagramSocket
    var path: FilePath { socket.path }
    private var descriptor: Int32 { socket.descriptor }

    init(in folder: FilePath) throws { socket = try DatagramSocket(at: folder.appending("notify")) }

    /// The lines that have come since the last call.
    func lines() -> [String] {
        var lines: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return lines }
            lines += String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }
}

@Suite struct `A service manager` {
    @Test func `hears that the worker is ready, moves, what it is at, and that it stops`() async throws {
        let fixture = try await SpoolFixture()
        let manager = try ManagerSocket(in: fixture.scratch.path)
        let worker = try await fixture.start(environment: [
            "NOTIFY_SOCKET": manager.path.string, "WATCHDOG_USEC": "30000000",
        ])
        var heard: [String] = []
        try await eventually("it is ready") {
            heard += manager.lines()
            return heard.contains("READY=1")
        }
        try fixture.drop()
        #expect(try await fixture.ended().status == .done)
        try await eventually("it says what was done") {
            heard += manager.lines()
            return heard.contains { $0.hasPrefix("STATUS=0 jobs under way; 1 done, 0 failed") }
        }
        #expect(heard.contains("WATCHDOG=1"))
        #expect(!heard.contains("STOPPING=1"))
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        heard += manager.lines()
        #expect(heard.contains("STOPPING=1"))
    }

    @Test func `has the settings read again`() async throws {
        let fixture = try await SpoolFixture()
        let manager = try ManagerSocket(in: fixture.scratch.path)
        let file = try fixture.scratch.write(
            "limits: {output-dimension: 10}\nscan-interval: 60s\n", to: "settings.yaml")
        let worker = try await fixture.start(
            ["--config", file.string], environment: ["NOTIFY_SOCKET": manager.path.string])
        try fixture.drop(as: "small.json")
        #expect(try await fixture.ended("small.json").error?.code == .outputTooLarge)

        try fixture.scratch.write("limits: {output-dimension: 1000}\nscan-interval: 61s\n", to: "settings.yaml")
        var heard = manager.lines()
        worker.signal(SIGHUP)
        try await eventually("it is ready again") {
            heard += manager.lines()
            return heard.count { $0 == "READY=1" } == 2
        }
        #expect(heard.contains("RELOADING=1"))
        #expect(heard.contains { $0.hasPrefix("MONOTONIC_USEC=") })
        try await eventually("the log says what has changed") {
            worker.standardError.contains("changed=limits.output-dimension")
                && worker.standardError.contains("need a restart settings=scan-interval")
        }
        try fixture.drop(as: "large.json")
        #expect(try await fixture.ended("large.json").status == .done)

        try fixture.scratch.write("limits: {output-dimension: many}\n", to: "settings.yaml")
        worker.signal(SIGHUP)
        try await eventually("it says what is wrong") {
            worker.standardError.contains(
                "so the old ones stay error=\"\(file): limits.output-dimension: takes a whole number")
        }
        try fixture.drop(as: "still.json")
        #expect(try await fixture.ended("still.json").status == .done)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }

    @Test func `has the settings read again while a job runs, which goes on`() async throws {
        let fixture = try await SpoolFixture()
        let file = try fixture.scratch.write("durability: full\n", to: "settings.yaml")
        let worker = try await fixture.start(["--config", file.string])
        // Its record is kept for the jobs after it.
        try fixture.drop(as: "first.json")
        #expect(try await fixture.ended("first.json").status == .done)
        let stopped = try await worker.stopJobProcesses()
        let claims = "spool/processing/\(try #require(try fixture.spool.workers().first).worker.id)"
        try fixture.drop(as: "long.json")
        try await eventually("it runs") { fixture.scratch.exists("\(claims)/long.result.json") }

        try fixture.scratch.write("durability: none\n", to: "settings.yaml")
        worker.signal(SIGHUP)
        try await eventually("the log says what has changed") { worker.standardError.contains("changed=durability") }
        // Whoever puts this back has looked at the claim folder since.
        try fixture.scratch.write(SpoolFixture.simple, to: "spool/incoming/.stray")
        try FileManager.default.moveItem(
            atPath: fixture.path.appending("incoming/.stray").string,
            toPath: fixture.scratch.path.pushing(FilePath("\(claims)/stray.json")).string)
        try await eventually("what nobody is at has gone back") { !fixture.scratch.exists("\(claims)/stray.json") }
        #expect(fixture.scratch.exists("\(claims)/long.json"))
        for process in stopped { kill(process, SIGCONT) }
        #expect(try await fixture.ended("long.json").attempts.count == 1)
        #expect(try await fixture.ended("stray.json").status == .done)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }
}
