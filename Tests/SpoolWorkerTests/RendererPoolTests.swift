import Dispatch
import Foundation
import Logging
import SpoolCore
import SpoolSystem
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import SpoolWorker

/// Programs in a renderer's place.
private struct Renderers: Sendable {
    let scratch: ScratchFolder
    let program: OpenFile

    /// - Parameter answer: what it answers to a request; without one it only waits.
    init(answer: String? = nil) throws {
        scratch = try ScratchFolder()
        let path = scratch.path.appending("renderer")
        let work = answer.map { "/bin/dd bs=1048576 count=1 <&3 >/dev/null 2>&1; printf '%s' '\($0)' >&3; " } ?? ""
        let script = "#!/bin/sh\nprintf '{\"vips\": \"1\"}' >&3; \(work)read -r line <&3\n"
        // By another process: a program cannot be started while a child that was just forked holds it open to write.
        let writer = try Process.run(
            URL(filePath: "/bin/sh"),
            arguments: ["-c", #"printf %s "$1" >"$0" && chmod 755 "$0""#, path.string, script])
        writer.waitUntilExit()
        program = try OpenFile.program(at: path)
    }

    func start(_ count: Int, _ logger: Logger) throws(RendererStartError) -> [RendererProcess] {
        try RendererProcess.start(count, logger: logger, program: program)
    }
}

private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Starts the first renderer at once, and later ones when the gate opens.
private final class Launches: Sendable {
    let gate = DispatchSemaphore(value: 0)
    private let renderers: Renderers
    private let started = Mutex<[RendererProcess]>([])

    init(answer: String? = nil) throws { renderers = try Renderers(answer: answer) }

    /// All that were started so far.
    var all: [RendererProcess] { started.withLock { $0 } }

    func pool() async throws -> RendererPool {
        let pool = RendererPool(count: 1, logger: silent) { (count, logger) throws(RendererStartError) in
            if !self.all.isEmpty { self.gate.wait() }
            let fresh = try self.renderers.start(count, logger)
            self.started.withLock { $0 += fresh }
            return fresh
        }
        _ = try await pool.start()
        return pool
    }
}

@Suite(.timeLimit(.minutes(5)))
struct `A pool of renderers` {
    @Test func `takes a dead one back at once, and lends the next one in the order of the calls`() async throws {
        let launches = try Launches()
        let pool = try await launches.pool()
        let dead = try #require(await pool.borrow())
        dead.end()
        // Returns although no other starts before the gate opens.
        await pool.giveBack(dead, isAlive: false)
        let first = Task.immediate { await pool.borrow() }
        let second = Task.immediate { await pool.borrow() }
        launches.gate.signal()
        let fresh = try #require(await first.value)
        #expect(fresh.pid != dead.pid)
        await pool.giveBack(fresh, isAlive: true)
        #expect(await second.value === fresh)
        await pool.killAll()
        fresh.end()
    }

    @Test func `that is closed while one starts leaves no process and nobody who waits`() async throws {
        let launches = try Launches()
        let pool = try await launches.pool()
        let dead = try #require(await pool.borrow())
        dead.end()
        await pool.giveBack(dead, isAlive: false)
        let waiting = Task.immediate { await pool.borrow() }
        await pool.close()
        #expect(await waiting.value == nil)
        launches.gate.signal()
        try await eventually("the one that started late has ended") {
            launches.all.count == 2 && !FileManager.default.fileExists(atPath: "/proc/\(launches.all[1].pid)")
        }
        #expect(await pool.borrow() == nil)
    }

    /// A size of nothing, and no JSON at all.
    @Test(arguments: [
        (
            #"{"rendered": {"_0": {"input": {"format": "jpeg", "width": 0, "height": 1, "pages": 1, "bytes": 1, "sha256": ""}, "#
                + #""renditions": [{"width": 1, "height": 1, "bytes": 1, "sha256": "", "milliseconds": 1, "losses": []}]}}}"#,
            "a size that is not positive"
        ),
        ("nonsense", "it could not be read"),
    ])
    func `replaces one that answers nonsense, and names the flaw`(answer: String, flaw: String) async throws {
        let launches = try Launches(answer: answer)
        let pool = try await launches.pool()
        let scratch = try ScratchFolder()
        try scratch.write("picture", to: "in/a.jpg")
        try scratch.write("", to: "out/.hidden")
        let configuration = try WorkerConfiguration(
            try await Settings.load(flags: [:], environment: [:], file: nil, workingFolder: "/"), cores: 1)
        let work = ImageWork(
            renderers: pool, calls: AbandonableCalls(limit: 8), inputRoots: try Roots([scratch.path.appending("in")]),
            outputRoots: try Roots([scratch.path.appending("out")]), configuration: configuration, logger: silent)
        let outcome = await work.run(
            Job(input: Input(path: "a.jpg"), renditions: [Rendition(path: "b.png", format: .png)]),
            WorkAttempt(id: "id", worker: "me", isHeld: { true }))
        guard case .failed(let error, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.code == .rendererDied)
        #expect(error.message.hasSuffix(flaw), "\(error.message)")
        #expect(!error.message.contains("memory"))
        #expect(try scratch.list("out") == [".hidden"])
        launches.gate.signal()
        let next = try #require(await pool.borrow())
        #expect(next !== launches.all[0])
        next.end()
        await pool.close()
    }
}
