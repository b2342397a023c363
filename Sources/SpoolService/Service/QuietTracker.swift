import HeapModule
import SpoolCore
import SpoolSystem
import SpoolWatch

/// Names in `incoming` whose producers may not be finished with them: many copiers write a file, close it, and then set
/// its rights or times by name. Each name waits until nothing has happened to it for the quiet time, or while its writer
/// has not closed it; but for a bounded time in all, because nobody may hold a job for ever.
struct QuietTracker {
    private struct Entry {
        /// It is not due before.
        var earliest: ContinuousClock.Instant
        /// It is due in any case.
        var latest: ContinuousClock.Instant
        /// When the last event came, or the last look found a change.
        var last: ContinuousClock.Instant
        var isOpen: Bool
        /// The file's time of change as a scan found it; nil if events tell of the name.
        var changed: Int64?
        /// Where it stands in `checks`.
        var check: ContinuousClock.Instant
    }

    private struct Check: Comparable {
        var time: ContinuousClock.Instant
        var name: JobName

        static func < (one: Check, other: Check) -> Bool { one.time < other.time }
    }

    /// So many names wait.
    static let capacity = 4096
    /// How many quiet times a name waits at most.
    static let patience = 20

    /// Zero for no wait at all.
    let quietTime: Duration
    private var entries: [JobName: Entry] = [:]
    /// Each entry once, at a time that is not later than its due: dues only move on. Others were left by entries that
    /// are gone.
    private var checks = Heap<Check>()
    /// Names that have waited as long as a name may, and were not given to a turn yet. Nothing makes them wait again.
    private var exhausted: Set<JobName> = []
    /// Whether a name was not remembered for lack of room.
    private var hasMissed = false

    init(quietTime: Duration) { self.quietTime = quietTime }

    var isEmpty: Bool { entries.isEmpty && !hasMissed }

    /// When to look for due names again.
    var nextDue: ContinuousClock.Instant? { checks.min?.time }

    /// Whether a file that changed so long ago may still be in use.
    func isYoung(_ age: Duration) -> Bool { quietTime > .zero && age < quietTime }

    func holds(_ name: JobName) -> Bool { entries[name] != nil }

    /// Takes note of events.
    /// - Parameter pause: how long the name waits at least, whatever happens to it.
    /// - Returns: false if it has waited long enough.
    mutating func saw(_ name: JobName, _ hint: NameHint, pause: Duration) -> Bool {
        if exhausted.contains(name) { return false }
        if entries[name] == nil {
            add(name, at: hint.time, isOpen: hint.isOpen ?? false, changed: nil, pause: pause)
        } else {
            entries[name]?.last = hint.time
            entries[name]?.changed = nil
            if let isOpen = hint.isOpen { entries[name]?.isOpen = isOpen }
        }
        return true
    }

    /// Takes note of a file that a scan has found and that has changed just now.
    /// - Returns: as above.
    mutating func found(_ name: JobName, changed: Int64, now: ContinuousClock.Instant) -> Bool {
        if exhausted.contains(name) { return false }
        if entries[name] == nil { add(name, at: now, isOpen: false, changed: changed, pause: .zero) }
        return true
    }

    private mutating func add(
        _ name: JobName, at time: ContinuousClock.Instant, isOpen: Bool, changed: Int64?, pause: Duration
    ) {
        guard entries.count < Self.capacity else {
            hasMissed = true
            return
        }
        let earliest = time + pause
        let check = max(time + quietTime, earliest)
        entries[name] = Entry(
            earliest: earliest, latest: max(time + quietTime * Self.patience, earliest), last: time, isOpen: isOpen,
            changed: changed, check: check)
        checks.insert(Check(time: check, name: name))
    }

    /// Takes note that a name is given to a turn.
    mutating func forget(_ name: JobName) {
        exhausted.remove(name)
        guard entries.removeValue(forKey: name) != nil else { return }
        dropStale()
    }

    /// Takes the names that have waited long enough.
    /// - Parameter look: the time of change of a file that a scan found; nil if it is gone.
    mutating func takeDue(now: ContinuousClock.Instant, look: (JobName) throws(SystemFailure) -> Int64?) -> [JobName] {
        var due: [JobName] = []
        while let check = checks.min, check.time <= now {
            checks.removeMin()
            guard var entry = entries[check.name], entry.check == check.time else { continue }
            if let changed = entry.changed, entry.latest > now {
                do throws(SystemFailure) {
                    guard let seen = try look(check.name) else {
                        entries[check.name] = nil
                        continue
                    }
                    if seen != changed {
                        entry.changed = seen
                        entry.last = now
                    }
                } catch {
                    // The turn that is about to claim it fails in the same way, and tells.
                }
            }
            // A file that is open is due a quiet time after it is closed, so this look is early enough.
            let quiet = (entry.isOpen ? now : entry.last) + quietTime
            let time = max(entry.earliest, min(quiet, entry.latest))
            if time <= now {
                entries[check.name] = nil
                due.append(check.name)
                if entry.latest <= now, exhausted.count < Self.capacity { exhausted.insert(check.name) }
            } else {
                entry.check = time
                entries[check.name] = entry
                checks.insert(Check(time: time, name: check.name))
            }
        }
        dropStale()
        return due
    }

    /// Whether names that were not remembered should be looked for again, because there is room.
    mutating func takeMissed() -> Bool {
        guard hasMissed, entries.count <= Self.capacity / 2 else { return false }
        hasMissed = false
        return true
    }

    private mutating func dropStale() {
        while let first = checks.min, entries[first.name]?.check != first.time { checks.removeMin() }
    }
}
