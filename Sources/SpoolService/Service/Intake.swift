import DequeModule
import FoundationEssentials
import SpoolCore
import SpoolSystem
import SpoolWatch
import SystemPackage

/// The choice of the next candidate, between the watcher's hints, the folders' listings, the names that wait for quiet,
/// the files that are not whole yet, and the turns that are under way. It lists and looks, and changes nothing.
struct Intake: ~Copyable {
    /// How many names one look at `incoming` brings, and how many at last: a backlog of any size takes the memory of so
    /// many names, and up to the first number is done in the order of the drops.
    static let windows = 4096...65_536
    /// While a backlog waits, so many of its jobs come before a new one.
    private static let backlogShare = 8
    /// So many hints wait; more of them become the wish for a scan.
    private static let freshCapacity = 4096
    /// How long a dead worker's job that could not be claimed is left alone.
    private static let refusalPause = Duration.seconds(60)
    /// Looks at `retry` take at most about a tenth of the time.
    private static let shortestRetryPause = Duration.seconds(1)
    /// An operator may make a job due, so looks at `retry` go on while nothing is.
    private static let longestRetryPause = Duration.seconds(5)
    /// Time between two looks at some jobs there that are further ahead than any wait.
    private static let distantPause = Duration.seconds(10)

    /// A job that is not in `incoming`.
    private struct Place: Hashable {
        var name: JobName
        /// The dead worker; nil in `retry`.
        var owner: String?

        /// - Returns: nil for a dropped one.
        static func of(_ candidate: Candidate) -> Place? {
            switch candidate {
            case .dropped: nil
            case .waiting(let name): Place(name: name, owner: nil)
            case .orphaned(let name, let orphan, _): Place(name: name, owner: orphan.id)
            }
        }
    }

    private let spool: Spool
    private let longestWait: TimeInterval
    /// The id of the worker that looks.
    private let worker: String
    /// Jobs of workers that died; several of them can have one name.
    private var orphaned: Deque<Candidate> = []
    /// What was hinted at.
    private var fresh: Deque<Candidate> = []
    /// What listings found.
    private var backlog: Deque<Candidate> = []
    private var takenFromBacklog = 0
    private var queued: Set<JobName> = []
    private var underWay: [JobName: Candidate] = [:]
    /// Whether the one that is under way must stay alone.
    private var isAlone = false
    /// Jobs of dead workers and in `retry` that could not be claimed or begun, and until when they are left alone.
    private var refused: [Place: ContinuousClock.Instant] = [:]
    /// Names that were hinted at while a job of that name was under way.
    private var again: Set<JobName> = []
    private var listing: IncomingListing?
    private var window = windows.lowerBound
    private var wantsScan = true
    private var quiet: QuietTracker
    private var settling: SettleTracker
    private var recent: RecentClaims
    private var foreign = ForeignNames()
    /// When to look at `retry`; nil while nothing waits there.
    private var retryLook: ContinuousClock.Instant?
    /// Whether all that waits there is further ahead than any wait between two attempts.
    private var retriesAreDistant = false
    private var nextDistantLook: ContinuousClock.Instant?
    /// Those of them that were looked at last.
    private var distantSample: Set<JobName> = []
    private var wantsRetryLook = true

    /// - Parameter longestWait: between two attempts at a job, in seconds.
    init(
        _ spool: Spool, as worker: String, quietTime: Duration, settleTime: Duration,
        longestWait: TimeInterval = .infinity
    ) {
        self.spool = spool
        self.worker = worker
        self.longestWait = longestWait
        quiet = QuietTracker(quietTime: quietTime)
        settling = SettleTracker(settleTime: settleTime)
        recent = RecentClaims(memory: settleTime)
    }

    /// Whether nothing is known that could be done, now or as soon as a job may be tried again.
    var isIdle: Bool {
        orphaned.isEmpty && fresh.isEmpty && backlog.isEmpty && underWay.isEmpty && !isScanning && quiet.isEmpty
            && settling.isEmpty && (retryLook == nil || retriesAreDistant) && !wantsRetryLook
    }

    var countUnderWay: Int { underWay.count }

    /// When something is due that waits for its time; nil while it could not be begun.
    var nextDue: ContinuousClock.Instant? {
        isHeldUp ? nil : [quiet.nextDue, settling.nextDue, retryLook, foreign.nextDue].compactMap(\.self).min()
    }

    /// Whether nothing is begun before a job that is under way has ended.
    private var isHeldUp: Bool { isAlone || (nextOrphan.map { orphaned[$0].isSuspect } ?? false && !underWay.isEmpty) }

    private var nextOrphan: Int? { orphaned.firstIndex { underWay[$0.name] == nil } }

    private var isScanning: Bool { wantsScan || listing != nil }

    /// Takes note of what happened to a name in `incoming`. What came whole may be claimed at once, what was written in
    /// place after the quiet time.
    mutating func saw(_ name: JobName, _ hint: NameHint, now: ContinuousClock.Instant = .now) {
        let pause = settling.pause(for: name)
        if pause == .zero, hint.isWhole || quiet.quietTime == .zero {
            quiet.forget(name)
            add(.dropped(name), now: now)
        } else if !quiet.saw(name, hint, pause: pause) {
            add(.dropped(name), now: now)
        }
    }

    /// Takes note of a visible name in `incoming` that is no job's.
    mutating func sawForeign(_ name: FilePath.Component, now: ContinuousClock.Instant) { foreign.saw(name, now: now) }

    /// Takes what the operator should know of such names, once.
    mutating func takeForeign() -> ForeignNames.Report? { foreign.takeReport() }

    /// Takes a name that may be claimed, or a dead worker's job.
    mutating func add(_ candidate: Candidate, now: ContinuousClock.Instant = .now) {
        if case .orphaned = candidate, let place = Place.of(candidate) {
            let isKnown = orphaned.contains { Place.of($0) == place }
            if !isKnown, !isRefused(place, now: now) { orphaned.append(candidate) }
        } else if fresh.count >= Self.freshCapacity {
            wantsScan = true
        } else if isNew(candidate.name) {
            fresh.append(candidate)
        }
    }

    private func isRefused(_ place: Place, now: ContinuousClock.Instant) -> Bool {
        refused[place].map { $0 > now } ?? false
    }

    private mutating func isNew(_ name: JobName) -> Bool {
        guard underWay[name] == nil else {
            again.insert(name)
            return false
        }
        return queued.insert(name).inserted
    }

    /// Asks for a look at all of `incoming` and `retry`.
    mutating func scan() {
        wantsScan = true
        wantsRetryLook = true
    }

    /// The next candidate, and the state in which it has settled if that is why it is looked at again.
    mutating func next(now: ContinuousClock.Instant) throws(SystemFailure) -> (Candidate, settled: SettledFile?)? {
        // A suspect waits until everybody else has ended: if the worker dies with it, it alone is to blame.
        if isHeldUp { return nil }
        if let index = nextOrphan {
            let candidate = orphaned.remove(at: index)
            underWay[candidate.name] = candidate
            isAlone = candidate.isSuspect
            return (candidate, settled: nil)
        }
        let incoming = spool[.incoming]
        let quieted = quiet.takeDue(now: now) { (name) throws(SystemFailure) in
            try incoming.status(of: name.file)?.changed
        }
        for name in quieted { add(.dropped(name), now: now) }
        for name in settling.takeDue(now: now) where isNew(name) { backlog.append(.dropped(name)) }
        if quiet.takeMissed() || settling.takeMissed() { wantsScan = true }
        foreign.look(in: incoming, now: now)
        try lookForRetries(now: now)
        while true {
            if backlog.isEmpty, isScanning { try refill(now: now) }
            guard let candidate = takeQueued() else {
                if isScanning { continue }
                return nil
            }
            queued.remove(candidate.name)
            // Something has happened to it since it was queued.
            if case .dropped(let name) = candidate, quiet.holds(name) { continue }
            if underWay[candidate.name] != nil {
                again.insert(candidate.name)
                continue
            }
            underWay[candidate.name] = candidate
            quiet.forget(candidate.name)
            return (candidate, settling.hasSettled(candidate.name, now: now))
        }
    }

    /// The backlog is older, so it comes first; but what comes in must not starve while it lasts.
    private mutating func takeQueued() -> Candidate? {
        if !fresh.isEmpty, backlog.isEmpty || takenFromBacklog >= Self.backlogShare {
            takenFromBacklog = 0
            return fresh.popFirst()
        }
        takenFromBacklog += 1
        return backlog.popFirst()
    }

    /// Queues the next names of the listing, or ends it.
    private mutating func refill(now: ContinuousClock.Instant) throws(SystemFailure) {
        if listing == nil {
            wantsScan = false
            window = Self.windows.lowerBound
            listing = try IncomingListing(of: spool, as: worker)
        }
        let entries = try listing?.next(window) ?? []
        window = min(window * 2, Self.windows.upperBound)
        if entries.isEmpty {
            foreign.counted(listing?.foreignCount ?? 0, example: listing?.foreignExample)
            listing = nil
        }
        for entry in entries where !settling.holds(entry.name) && !quiet.holds(entry.name) {
            // Of such a one no event has told, or not yet.
            if quiet.isYoung(entry.age), quiet.found(entry.name, changed: entry.changed, now: now) { continue }
            if isNew(entry.name) {
                backlog.append(.dropped(entry.name))
            }
        }
    }

    private mutating func lookForRetries(now: ContinuousClock.Instant) throws(SystemFailure) {
        guard wantsRetryLook || retryLook.map({ $0 <= now }) ?? false else { return }
        wantsRetryLook = false
        let begin = ContinuousClock.now
        let time = Date()
        let waiting = try RetryListing(of: spool, now: time, longestWait: longestWait)
        let due = waiting.due.filter { !isRefused(Place(name: $0, owner: nil), now: now) }
        for name in due where isNew(name) { backlog.append(.waiting(name)) }
        if nextDistantLook.map({ $0 <= now }) ?? true {
            nextDistantLook = now + Self.distantPause
            distantSample = Set(waiting.distant)
            for name in waiting.distant where isNew(name) { backlog.append(.waiting(name)) }
        }
        retriesAreDistant = due.isEmpty && waiting.next == nil
        guard !retriesAreDistant || !waiting.distant.isEmpty else {
            retryLook = nil
            return
        }
        let wait = due.isEmpty ? waiting.next?.timeIntervalSince(time) ?? .infinity : 0
        let pause = min(.seconds(min(wait, 3600)), Self.longestRetryPause)
        retryLook = now + max(pause, Self.shortestRetryPause, (.now - begin) * 10)
    }

    /// Takes note of how a turn ended.
    mutating func ended(_ name: JobName, _ outcome: TurnOutcome, now: ContinuousClock.Instant) {
        let candidate = underWay.removeValue(forKey: name)
        isAlone = false
        if case .dropped? = candidate, outcome.hasClaimed { recent.insert(name, now: now) }
        switch outcome {
        case .unfinished(let status):
            let followsClaim = status.size == 0 && recent.contains(name, now: now)
            settling.sawUnfinished(name, status, followsClaim: followsClaim, now: now)
        case .postponed(let until):
            settling.forget(name)
            let wait = until.timeIntervalSinceNow
            if wait > longestWait, case .waiting? = candidate, !distantSample.contains(name) {
                // Due by its file, but not by its own word.
                refuse(candidate, until: now + Self.distantPause, now: now)
            }
            retriesAreDistant = wait > longestWait && (retriesAreDistant || retryLook == nil)
            let due = now + min(max(.zero, .seconds(min(wait, 3600))), Self.longestRetryPause)
            retryLook = min(retryLook ?? due, due)
        case .unclaimable:
            settling.forget(name)
            // A dropped one is found by the next scan.
            refuse(candidate, until: now + Self.refusalPause, now: now)
        case .givenBack:
            settling.forget(name)
            scan()
        default: settling.forget(name)
        }
        if again.remove(name) != nil { add(.dropped(name)) }
    }

    private mutating func refuse(
        _ candidate: Candidate?, until: ContinuousClock.Instant, now: ContinuousClock.Instant
    ) {
        guard let place = candidate.flatMap(Place.of) else { return }
        refused = refused.filter { $0.value > now }
        refused[place] = until
    }
}
