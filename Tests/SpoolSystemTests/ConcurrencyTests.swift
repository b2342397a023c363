import Dispatch
import Glibc
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `Blocking threads` {
    @Test func `run as many blocking tasks at a time as there are threads`() async {
        let threads = BlockingThreads(count: 8)
        let arrived = DispatchSemaphore(value: 0)
        let gate = DispatchSemaphore(value: 0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask(executorPreference: threads) {
                    arrived.signal()
                    Self.block(on: gate)
                }
            }
            // Only if all eight are inside at once does the last one arrive.
            group.addTask(executorPreference: BlockingThreads(count: 1)) {
                for _ in 0..<8 { Self.block(on: arrived) }
                for _ in 0..<8 { gate.signal() }
            }
        }
    }

    private nonisolated static func block(on semaphore: DispatchSemaphore) { semaphore.wait() }
}

@Suite struct `A wake signal` {
    @Test func `that came before the wait is not lost`() async {
        let wake = WakeSignal()
        wake.signal()
        wake.signal()
        await wake.wait()
        let task = Task { await wake.wait() }
        wake.signal()
        await task.value
    }
}

@Suite struct `A call that may be abandoned` {
    private let never = ContinuousClock.now + .seconds(1000)

    @Test func `returns its value in time, and is left behind when it is late`() async throws {
        let calls = AbandonableCalls(limit: 1)
        guard case .returned(1) = calls.run(until: never, { 1 }) else { throw Unexpected() }
        let gate = DispatchSemaphore(value: 0)
        let late = DispatchSemaphore(value: 0)
        let outcome = calls.run(until: .now + .milliseconds(50), { gate.wait() }, late: { late.signal() })
        guard case .abandoned = outcome else { throw Unexpected() }
        guard case .crowded = calls.run(until: never, { 2 }) else { throw Unexpected() }
        gate.signal()
        Self.block(on: late)
        try await eventually("there is room again") {
            if case .returned = calls.run(until: never, { 3 }) { true } else { false }
        }
    }

    @Test func `leaves room for the next call when it has returned`() throws {
        let calls = AbandonableCalls(limit: 1)
        for number in 0..<5000 {
            guard case .returned(number) = calls.run(until: never, { number }) else { throw Unexpected() }
        }
    }

    @Test func `is left behind by an abort`() throws {
        let calls = AbandonableCalls(limit: 2)
        let gate = DispatchSemaphore(value: 0)
        let outcome = calls.run(until: never) {
            calls.abort()
            gate.wait()
        }
        gate.signal()
        guard case .abandoned = outcome else { throw Unexpected() }
    }

    /// The abort may come before its caller has begun to wait.
    @Test func `may end within the grace that an abort gives`() throws {
        for _ in 0..<2000 {
            let calls = AbandonableCalls(limit: 1)
            Thread.start { calls.abort() }
            let outcome = calls.run(until: never) {
                usleep(200)
                return 1
            }
            guard case .returned(1) = outcome else { throw Unexpected() }
        }
    }

    private struct Unexpected: Error {}

    private nonisolated static func block(on semaphore: DispatchSemaphore) { semaphore.wait() }
}

@Suite struct `A child process that has ended` {
    @Test func `gets no signal once it has been waited for`() throws {
        let child = try ChildProcess(.program(at: "/bin/sleep"), arguments: ["sleep", "1000"], environment: [:])
        #expect(child.kill())
        #expect(child.kill())
        #expect(child.wait() == .signalled(9))
        #expect(!child.kill())
        #expect(child.wait() == .signalled(9))
    }
}
