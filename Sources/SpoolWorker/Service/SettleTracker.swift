import DequeModule
import SpoolCore
import SpoolSystem

/// Files in `incoming` that are no whole job yet. A writer may still be at work, so each gets the settle time from the
/// last change that this worker has seen; file times say nothing, because `cp -p` keeps old ones.
struct SettleTracker {
    private struct Entry {
        var status: FileStatus
        var due: ContinuousClock.Instant
    }

    /// So many files are remembered; it bounds the memory that a folder full of garbage takes.
    static let capacity = 4096

    private let settleTime: Duration
    private var entries: [JobName: Entry] = [:]
    /// In the order of their dues: everybody waits for the same time. A name that was seen to change stands here twice.
    private var order: Deque<(name: JobName, due: ContinuousClock.Instant)> = []
    /// Whether a file was not remembered for lack of room.
    private var hasMissed = false

    init(settleTime: Duration) { self.settleTime = settleTime }

    var isEmpty: Bool { entries.isEmpty && !hasMissed }

    /// When the next file is due for another look.
    var nextDue: ContinuousClock.Instant? { order.first?.due }

    func holds(_ name: JobName) -> Bool { entries[name] != nil }

    /// Whether the file has stayed as it was last seen for the settle time. The look itself must prove that it still is.
    func hasSettled(_ name: JobName, now: ContinuousClock.Instant) -> FileStatus? {
        entries[name].flatMap { $0.due <= now ? $0.status : nil }
    }

    mutating func sawUnfinished(_ name: JobName, _ status: FileStatus, now: ContinuousClock.Instant) {
        if let known = entries[name], known.status == status, known.due > now { return }
        guard entries[name] != nil || entries.count < Self.capacity else {
            hasMissed = true
            return
        }
        entries[name] = Entry(status: status, due: now + settleTime)
        order.append((name, now + settleTime))
        dropStale()
    }

    mutating func forget(_ name: JobName) {
        entries[name] = nil
        dropStale()
    }

    /// The files that are due, each once for each time that it was seen.
    mutating func takeDue(now: ContinuousClock.Instant) -> [JobName] {
        var due: [JobName] = []
        while let first = order.first, first.due <= now {
            order.removeFirst()
            if entries[first.name]?.due == first.due { due.append(first.name) }
        }
        dropStale()
        return due
    }

    /// Whether files that were not remembered should be looked for again, because there is room.
    mutating func takeMissed() -> Bool {
        guard hasMissed, entries.count <= Self.capacity / 2 else { return false }
        hasMissed = false
        return true
    }

    private mutating func dropStale() {
        while let first = order.first, entries[first.name]?.due != first.due { order.removeFirst() }
    }
}
