package import SpoolCore
package import SpoolSystem
import Synchronization

/// Names that events have brought and nobody has looked at yet. Bounded: when there are more, the names are dropped and
/// a scan is asked for instead, because the listing is the truth and events are only hints.
package final class CandidateHints: Sendable {
    private struct State {
        var names: Set<JobName> = []
        var needsScan = true
        var hasLostEvents = false

        mutating func demandScan() {
            names = []
            needsScan = true
        }
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
            if state.names.count > Self.capacity { state.demandScan() }
        }
        wake.signal()
    }

    package func askForScan() {
        state.withLock { $0.demandScan() }
        wake.signal()
    }

    /// The kernel's queue was full: only a scan knows what came.
    func lostEvents() {
        state.withLock {
            $0.demandScan()
            $0.hasLostEvents = true
        }
        wake.signal()
    }

    /// Takes the hints: names, or the wish for a scan, which stands for all names; and whether events were lost.
    package func take() -> (names: Set<JobName>, needsScan: Bool, hasLostEvents: Bool) {
        state.withLock { state in
            defer { state = State(names: [], needsScan: false) }
            return (state.names, state.needsScan, state.hasLostEvents)
        }
    }
}
