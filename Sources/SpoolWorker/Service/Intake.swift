import DequeModule
import Logging
import SpoolCore
import SpoolSystem
import SpoolWatch

/// The choice of the next candidate: a pure state machine between the watcher's hints, the folder's listing, the files
/// that are not whole yet, and the turns that are under way.
struct Intake: ~Copyable {
    /// How many names one look at the folder brings; it bounds the memory that a backlog takes.
    static let batch = 256

    private let spool: Spool
    /// Jobs of workers that died; several of them can have one name.
    private var orphaned: Deque<Candidate> = []
    private var queue: Deque<Candidate> = []
    private var queued: Set<JobName> = []
    private var underWay: Set<JobName> = []
    /// Names that were hinted at while a job of that name was under way.
    private var again: Set<JobName> = []
    private var listing: IncomingListing?
    private var wantsScan = true
    private var settling: SettleTracker

    init(_ spool: Spool, settleTime: Duration) {
        self.spool = spool
        settling = SettleTracker(settleTime: settleTime)
    }

    /// Whether nothing is known that could be done, now or later.
    var isIdle: Bool { orphaned.isEmpty && queue.isEmpty && underWay.isEmpty && !isScanning && settling.isEmpty }

    var countUnderWay: Int { underWay.count }

    /// When a file that is not whole yet is due for another look.
    var nextDue: ContinuousClock.Instant? { settling.nextDue }

    private var isScanning: Bool { wantsScan || listing != nil }

    mutating func add(_ candidate: Candidate) {
        if case .orphaned = candidate {
            orphaned.append(candidate)
        } else if underWay.contains(candidate.name) {
            again.insert(candidate.name)
        } else if queued.insert(candidate.name).inserted {
            queue.append(candidate)
        }
    }

    mutating func scan() { wantsScan = true }

    /// The next candidate, and the state in which it has settled if that is why it is looked at again.
    mutating func next(now: ContinuousClock.Instant) throws(SystemFailure) -> (Candidate, settled: FileStatus?)? {
        if let index = orphaned.firstIndex(where: { !underWay.contains($0.name) }) {
            let candidate = orphaned.remove(at: index)
            underWay.insert(candidate.name)
            return (candidate, settled: nil)
        }
        for name in settling.due(now: now) { add(.dropped(name)) }
        while true {
            if let candidate = queue.popFirst() {
                queued.remove(candidate.name)
                if underWay.contains(candidate.name) {
                    again.insert(candidate.name)
                    continue
                }
                underWay.insert(candidate.name)
                return (candidate, settling.hasSettled(candidate.name, now: now))
            }
            guard try refill() else { return nil }
        }
    }

    /// Queues the next names of the listing.
    /// - Returns: false at the end of the last listing that was asked for.
    private mutating func refill() throws(SystemFailure) -> Bool {
        if listing == nil {
            guard wantsScan else { return false }
            wantsScan = false
            listing = try IncomingListing(of: spool)
        }
        let names = try listing?.next(Self.batch) ?? []
        if names.isEmpty { listing = nil }
        for name in names where !settling.holds(name) { add(.dropped(name)) }
        return !names.isEmpty || wantsScan
    }

    /// Takes note of how a turn ended.
    mutating func ended(_ name: JobName, _ outcome: TurnOutcome, now: ContinuousClock.Instant) {
        underWay.remove(name)
        if case .unfinished(let status) = outcome {
            settling.sawUnfinished(name, status, now: now)
        } else {
            settling.forget(name)
        }
        if again.remove(name) != nil { add(.dropped(name)) }
    }
}
