import Dispatch
import Foundation
import Logging
import SpoolCore
import SpoolSystem
import SpoolWire
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import SpoolService

private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Starts the first renderer at once, and later ones when the gate opens.
private final class Launches: Sendable {
    let gate = DispatchSemaphore(value: 0)
    private let started = Mutex<[Renderer]>([])

    /// All that were started so far.
    var all: [Renderer] { started.withLock { $0 } }

    func pool() async throws -> RendererPool {
        let program = try HostileRendererFixture.program()
        let pool = RendererPool(count: 1, logger: silent) { (count, logger) throws(RendererStartError) in
            if !self.all.isEmpty { self.gate.wait() }
            let fresh = try Renderer.start(count, program, jpeg: nil, .required, trusting: [], logger: logger)
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
        let launches = Launches()
        let pool = try await launches.pool()
        #expect(await pool.idleCount == 1)
        let dead = try #require(await pool.borrow())
        #expect(await pool.idleCount == 0)
        dead.end()
        // Returns although no other starts before the gate opens.
        await pool.giveBack(dead)
        let first = Task.immediate { await pool.borrow() }
        let second = Task.immediate { await pool.borrow() }
        launches.gate.signal()
        let fresh = try #require(await first.value)
        #expect(fresh.pid != dead.pid)
        await pool.giveBack(fresh)
        #expect(await second.value === fresh)
        await pool.killAll()
        fresh.end()
    }

    @Test func `that is closed while one starts leaves no process and nobody who waits`() async throws {
        let launches = Launches()
        let pool = try await launches.pool()
        let dead = try #require(await pool.borrow())
        dead.end()
        await pool.giveBack(dead)
        let waiting = Task.immediate { await pool.borrow() }
        await pool.close()
        #expect(await waiting.value == nil)
        launches.gate.signal()
        try await eventually("the one that started late has ended") {
            launches.all.count == 2 && !FileManager.default.fileExists(atPath: "/proc/\(launches.all[1].pid)")
        }
        #expect(await pool.borrow() == nil)
    }
}
