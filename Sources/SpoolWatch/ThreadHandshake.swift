import Dispatch
import SpoolSystem
import Synchronization

/// How a starting thread tells whether it could start.
final class StartOutcome: Sendable {
    private let failure = Mutex<SystemFailure?>(nil)
    private let isSet = DispatchSemaphore(value: 0)

    func set(_ failure: SystemFailure?) {
        self.failure.withLock { $0 = failure }
        isSet.signal()
    }

    /// Waits for the outcome, once.
    func wait() -> SystemFailure? {
        isSet.wait()
        return failure.withLock { $0 }
    }
}

/// A lock that a thread may hold as long as it lives.
final class ThreadOwner: Sendable {
    private let isFree = DispatchSemaphore(value: 1)

    func acquire() { isFree.wait() }
    func release() { isFree.signal() }
}
