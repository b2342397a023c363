import DequeModule
import SpoolCore
import SpoolSystem

/// How a file that is no whole job has stayed for the settle time.
struct SettledFile: Sendable, Equatable {
    var status: FileStatus
    /// Whether it came right after this worker had claimed a job of its name.
    var followsClaim: Bool
}

/// Files in `incoming` that are no whole job yet. A writer may still be at work, so each gets the settle time from the
/// last change that this worker has seen; file times say nothing, because `cp -p` keeps old ones.
struct SettleTracker {
    private struct Entry {
        var file: SettledFile
        var due: ContinuousClock.Instant
        /// How many looks have found it changed.
        var changes = 0
    }

    /// So many files are remembered; it bounds the memory that a folder full of garbage takes.
    static let capacity = 4096
    /// The wait between an event and the next look at a file that was seen to change once, if the settle time is not
    /// shorter.
    private static let shortestPause = Duration.milliseconds(100)

    private let settleTime: Duration
    private var entries: [JobName: Entry] = [:]
    /// In the order of their dues: everybody waits for the same time. A name that was seen to change stands here twice.
    private var order: Deque<(name: JobName, due: ContinuousClock.Instant)> = []
    /// Those that were seen to change, in the order of the first change; with some that are gone.
    private var restless: Deque<JobName> = []
    /// Whether a file was not remembered for lack of room.
    private var hasMissed = false

    init(settleTime: Duration) { self.settleTime = settleTime }

    var isEmpty: Bool { entries.isEmpty && !hasMissed }

    /// When the next file is due for another look.
    var nextDue: ContinuousClock.Instant? { order.first?.due }

    func holds(_ name: JobName) -> Bool { entries[name] != nil }

    /// How long the next event of a name must wait for its look: each look that found the file changed and still not
    /// whole doubles it, up to the settle time. So a file that is written to for ever costs little.
    func pause(for name: JobName) -> Duration {
        guard let changes = entries[name]?.changes, changes > 0 else { return .zero }
        return min(Self.shortestPause * (1 << min(changes - 1, 16)), settleTime)
    }

    /// Whether the file has stayed as it was last seen for the settle time. The look itself must prove that it still is.
    func hasSettled(_ name: JobName, now: ContinuousClock.Instant) -> SettledFile? {
        entries[name].flatMap { $0.due <= now ? $0.file : nil }
    }

    /// - Parameter followsClaim: whether this worker had a job of that name a moment ago.
    mutating func sawUnfinished(
        _ name: JobName, _ status: FileStatus, followsClaim: Bool = false, now: ContinuousClock.Instant
    ) {
        let due = now + settleTime
        if var entry = entries[name] {
            if entry.file.status == status, entry.due > now { return }
            if entry.file.status != status {
                if entry.changes == 0 { restless.append(name) }
                entry.changes += 1
            }
            entry.file = SettledFile(
                status: status,
                followsClaim: followsClaim || (entry.file.followsClaim && entry.file.status.isSameFile(as: status)))
            entry.due = due
            entries[name] = entry
        } else {
            guard makeRoom() else {
                hasMissed = true
                return
            }
            entries[name] = Entry(file: SettledFile(status: status, followsClaim: followsClaim), due: due)
        }
        order.append((name, due))
        dropStale()
    }

    /// Files that change all the time must not keep others from their verdict: one of them is forgotten for a new one.
    private mutating func makeRoom() -> Bool {
        if entries.count < Self.capacity { return true }
        while let name = restless.popFirst() {
            guard let entry = entries[name], entry.changes > 0 else { continue }
            entries[name] = nil
            hasMissed = true
            return true
        }
        return false
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
        if restless.count > 2 * Self.capacity { restless = Deque(entries.filter { $0.value.changes > 0 }.keys) }
    }
}
