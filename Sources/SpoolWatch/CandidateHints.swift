package import SpoolCore
package import SpoolSystem
import Synchronization

/// Names that events have brought and nobody has looked at yet. Bounded: when there are more, the names are dropped and
/// a scan is asked for instead, because the listing is the truth and events are only hints.
package final class CandidateHints: Sendable {
    private struct State {
        var names: Set<JobName> = []
        var needsScan = true
    }

    static let capacity = 4096

    private let state = Mutex(State())
    private let wake: WakeSignal

    /// - Parameter wake: signalled at every hint.
    package init(wake: WakeSignal) { self.wake = wake }

    func add(_ name: JobName) {
        state.withLock { state in
            guard !state.needsScan else { return }
            state.names.insert(name)
            if state.names.count > Self.capacity { state = State() }
        }
        wake.signal()
    }

    package func askForScan() {
        state.withLock { $0 = State() }
        wake.signal()
    }

    /// Takes the hints: names, or the wish for a scan, which stands for all names.
    package func take() -> (names: Set<JobName>, needsScan: Bool) {
        state.withLock { state in
            defer { state = State(names: [], needsScan: false) }
            return (state.names, state.needsScan)
        }
    }
}
