import SpoolCore
import Synchronization

/// What turns and signals leave for the loop.
package final class TurnInbox: Sendable {
    private struct State {
        var ended: [(name: JobName, outcome: TurnOutcome)] = []
        var isStopping = false
        var tally = TurnTally()
    }

    private let state = Mutex(State())

    /// Whether the worker was told to stop.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Jobs that ended in `failed`, or could not be claimed, so far.
    var failedCount: Int { tally.failed }

    /// How jobs have ended so far.
    var tally: TurnTally { state.withLock { $0.tally } }

    package init() {}

    package func stop() { state.withLock { $0.isStopping = true } }

    func ended(_ name: JobName, _ outcome: TurnOutcome) {
        state.withLock { state in
            state.ended.append((name, outcome))
            switch outcome {
            case .finished(.failed), .unclaimable: state.tally.failed += 1
            case .finished: state.tally.done += 1
            case .postponed: state.tally.postponed += 1
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

/// How many jobs ended how since the worker was started.
struct TurnTally: Equatable {
    var done = 0
    /// In `failed`, or not to be claimed.
    var failed = 0
    /// Tried again later.
    var postponed = 0
}
