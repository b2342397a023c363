import SpoolCore
import Synchronization

/// What turns and signals leave for the loop.
final class TurnInbox: Sendable {
    private struct State {
        var ended: [(name: JobName, outcome: TurnOutcome)] = []
        var isStopping = false
        var failed = 0
    }

    private let state = Mutex(State())

    /// Whether the worker was told to stop.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Jobs that ended in `failed` so far.
    var failedCount: Int { state.withLock { $0.failed } }

    func stop() { state.withLock { $0.isStopping = true } }

    func ended(_ name: JobName, _ outcome: TurnOutcome) {
        state.withLock { state in
            state.ended.append((name, outcome))
            if case .finished(.failed) = outcome { state.failed += 1 }
        }
    }

    func takeEnded() -> [(name: JobName, outcome: TurnOutcome)] {
        state.withLock { state in
            defer { state.ended = [] }
            return state.ended
        }
    }
}
