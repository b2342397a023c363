import SpoolCore
import Synchronization

/// What turns and signals leave for the loop.
package final class TurnInbox: Sendable {
    private struct State {
        var ended: [(name: JobName, outcome: TurnOutcome)] = []
        var isStopping = false
        var failed = 0
    }

    private let state = Mutex(State())

    /// Whether the worker was told to stop.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Jobs that ended in `failed`, or could not be claimed, so far.
    var failedCount: Int { state.withLock { $0.failed } }

    package init() {}

    package func stop() { state.withLock { $0.isStopping = true } }

    func ended(_ name: JobName, _ outcome: TurnOutcome) {
        state.withLock { state in
            state.ended.append((name, outcome))
            switch outcome {
            case .finished(.failed), .unclaimable: state.failed += 1
            default: break
            }
        }
    }

    func takeEnded() -> [(name: JobName, outcome: TurnOutcome)] {
        state.withLock { state in
            defer { state.ended = [] }
            return state.ended
        }
    }
}
