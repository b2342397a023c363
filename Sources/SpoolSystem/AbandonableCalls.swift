import Dispatch
import Synchronization

/// Runs calls that may never return, such as those on a network mount whose server is gone. Each call has a thread for
/// itself; the caller waits until its deadline and then leaves the thread behind, which is free when the kernel lets it.
package final class AbandonableCalls: Sendable {
    package enum Outcome<Value: Sendable>: Sendable {
        case returned(Value)
        /// The deadline came first, or the abort; the call goes on.
        case abandoned
        /// The call was not begun: too many are under way, or the system gives no more threads.
        case crowded
    }

    private struct State {
        var running = 0
        var isAborted = false
        var waiting: [ObjectIdentifier: DispatchSemaphore] = [:]
        /// Threads that wait for a call.
        var spare: [Spare] = []
    }

    private final class Spare: Sendable {
        let call = Mutex<(@Sendable () -> Void)?>(nil)
        let semaphore = DispatchSemaphore(value: 0)
    }

    /// So many are kept: to start one takes longer than most calls.
    private static let mostSpare = 32

    private enum Result<Value: Sendable> {
        case awaited
        case returned(Value)
        case abandoned
    }

    private final class Call<Value: Sendable>: Sendable {
        let result = Mutex(Result<Value>.awaited)
        let semaphore = DispatchSemaphore(value: 0)
    }

    private let limit: Int
    private let state = Mutex(State())

    /// How long calls may go on after the abort.
    private static let abortGrace = Duration.seconds(2)

    /// - Parameter limit: the most calls at a time, those that were left behind included.
    package init(limit: Int) { self.limit = limit }

    /// Whether callers do not wait any more.
    package var isAborted: Bool { state.withLock { $0.isAborted } }

    /// Runs `body` on a thread of its own and waits for it, blocking.
    /// - Parameter late: gets what `body` returned after all, on that thread, if the caller has left.
    package func run<Value: Sendable>(
        until deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Value,
        late: @escaping @Sendable (Value) -> Void = { _ in }
    ) -> Outcome<Value> {
        let call = Call<Value>()
        let hasRoom = state.withLock { state in
            guard state.running < limit else { return false }
            state.running += 1
            state.waiting[ObjectIdentifier(call)] = call.semaphore
            return true
        }
        guard hasRoom else { return .crowded }
        defer { _ = state.withLock { $0.waiting.removeValue(forKey: ObjectIdentifier(call)) } }
        let hasStarted = begin { [self] in
            let value = body()
            let isAwaited = call.result.withLock { result in
                if case .abandoned = result { return false }
                // Before the caller sees the value: there must be room for the call that it makes next.
                state.withLock { $0.running -= 1 }
                result = .returned(value)
                return true
            }
            if isAwaited {
                call.semaphore.signal()
            } else {
                late(value)
                state.withLock { $0.running -= 1 }
            }
        }
        guard hasStarted else {
            state.withLock { $0.running -= 1 }
            return .crowded
        }
        wait(for: call, until: deadline)
        return call.result.withLock { result in
            if case .returned(let value) = result { return .returned(value) }
            result = .abandoned
            return .abandoned
        }
    }

    /// Has a thread make the call.
    /// - Returns: false if there is none.
    private func begin(_ call: @escaping @Sendable () -> Void) -> Bool {
        if let spare = state.withLock({ $0.spare.popLast() }) {
            spare.call.withLock { $0 = call }
            spare.semaphore.signal()
            return true
        }
        return Thread.tryStart { [self] in
            let own = Spare()
            var next: (@Sendable () -> Void)? = call
            while let call = next {
                call()
                let isKept = state.withLock { state in
                    guard state.spare.count < Self.mostSpare else { return false }
                    state.spare.append(own)
                    return true
                }
                guard isKept else { return }
                own.semaphore.wait()
                next = own.call.withLock { $0.take() }
            }
        }
    }

    /// Lets no caller wait for longer than a moment from now on.
    package func abort() {
        let waiting = state.withLock { state in
            state.isAborted = true
            return Array(state.waiting.values)
        }
        for semaphore in waiting { semaphore.signal() }
    }

    private func wait<Value>(for call: Call<Value>, until deadline: ContinuousClock.Instant) {
        var limit = deadline
        var hasSeenAbort = false
        // A signal says that there is something to look at: the abort may give one before the wait has begun.
        while call.result.withLock({ if case .awaited = $0 { true } else { false } }) {
            if isAborted && !hasSeenAbort {
                hasSeenAbort = true
                limit = min(deadline, .now + Self.abortGrace)
            }
            guard limit > .now else { return }
            call.semaphore.wait(until: limit)
        }
    }
}

extension DispatchSemaphore {
    fileprivate func wait(until deadline: ContinuousClock.Instant) {
        let left = ContinuousClock.now.duration(to: deadline) / .nanoseconds(1)
        _ = wait(timeout: .now() + .nanoseconds(Int(max(0, min(left, 1e18)))))
    }
}
