import SpoolCore
import SpoolSystem

/// Files in `incoming` that are no whole job yet. A writer may still be at work, so each gets the settle time from the
/// last change that this worker has seen; file times say nothing, because `cp -p` keeps old ones.
struct SettleTracker {
    private struct Entry {
        var status: FileStatus
        var due: ContinuousClock.Instant
    }

    private let settleTime: Duration
    private var entries: [JobName: Entry] = [:]

    init(settleTime: Duration) { self.settleTime = settleTime }

    var isEmpty: Bool { entries.isEmpty }

    /// When the next file is due for another look.
    var nextDue: ContinuousClock.Instant? { entries.values.map(\.due).min() }

    func holds(_ name: JobName) -> Bool { entries[name] != nil }

    /// Whether the file has stayed as it was last seen for the settle time. The look itself must prove that it still is.
    func hasSettled(_ name: JobName, now: ContinuousClock.Instant) -> FileStatus? {
        entries[name].flatMap { $0.due <= now ? $0.status : nil }
    }

    mutating func sawUnfinished(_ name: JobName, _ status: FileStatus, now: ContinuousClock.Instant) {
        if let known = entries[name], known.status == status, known.due > now { return }
        entries[name] = Entry(status: status, due: now + settleTime)
    }

    mutating func forget(_ name: JobName) { entries[name] = nil }

    func due(now: ContinuousClock.Instant) -> [JobName] { entries.filter { $0.value.due <= now }.map(\.key) }
}
