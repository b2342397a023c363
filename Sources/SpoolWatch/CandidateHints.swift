package import SpoolCore
package import SpoolSystem
import Synchronization
package import SystemPackage

/// Names that events have brought and nobody has looked at yet. Bounded: when there are more, the names are dropped and
/// a scan is asked for instead, because the listing is the truth and events are only hints.
package final class CandidateHints: Sendable {
    /// What was hinted at since the last look.
    package struct Taken: Sendable {
        /// The names, and what happened to them.
        package var names: [JobName: NameHint] = [:]
        /// Whether all of `incoming` must be looked at, which stands for all names.
        package var needsScan = false
        /// Whether the kernel's queue was full.
        package var hasLostEvents = false
        /// Visible names that are no jobs' names; some of them, if there are many.
        package var foreign: Set<FilePath.Component> = []

        mutating func demandScan() {
            names = [:]
            needsScan = true
        }
    }

    static let capacity = 4096
    static let foreignCapacity = 64

    private let state = Mutex(Taken(needsScan: true))
    private let wake: WakeSignal

    /// - Parameter wake: signalled at every hint that there may be something to do.
    package init(wake: WakeSignal) { self.wake = wake }

    func add(_ name: JobName, _ hint: NameHint) {
        state.withLock { state in
            guard !state.needsScan else { return }
            if state.names[name]?.add(hint) == nil { state.names[name] = hint }
            if state.names.count > Self.capacity { state.demandScan() }
        }
        // A file that is being written to cannot be claimed yet. Whoever is about to claim it takes the hints first.
        if hint.isOpen != true { wake.signal() }
    }

    func add(foreign name: FilePath.Component) {
        let isNew = state.withLock { state in
            state.foreign.count < Self.foreignCapacity && state.foreign.insert(name).inserted
        }
        if isNew { wake.signal() }
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

    /// Takes the hints.
    package func take() -> Taken {
        state.withLock { state in
            defer { state = Taken() }
            return state
        }
    }
}
