package import SpoolSystem
import SystemPackage

/// A worker's look at the others: which of them have died, or sleep so deep that their jobs must go on without them.
package struct LeaseWatch {
    private struct Sight {
        var beat: Int64
        var since: ContinuousClock.Instant
        /// Whether the beat was seen to change.
        var isBeating = false
    }

    private let spool: Spool
    private let me: LeaseDocument
    private let leases: Folder
    /// The last beat that was seen of each, and when it was new, by this worker's own clock.
    private var sights: [String: Sight] = [:]

    /// Whether there are workers of which nobody can tell yet whether they live.
    package var isUndecided: Bool { sights.values.contains { !$0.isBeating } }

    package init(_ spool: Spool, as me: LeaseDocument) throws(SystemFailure) {
        self.spool = spool
        self.me = me
        leases = try spool[.control].folder(WorkerLease.folder)
    }

    /// The claim folders of workers that are dead: at once if this host's kernel says so, otherwise once their beat has
    /// stood still for as long as their lease holds.
    package mutating func orphans(now: ContinuousClock.Instant) throws(SystemFailure) -> [OrphanedClaims] {
        var orphans: [OrphanedClaims] = []
        var present: Set<String> = [me.worker.id]
        var listing = try spool[.processing].listing()
        while let name = try listing.next() {
            guard name.string != me.worker.id, try spool[.processing].status(of: name)?.kind == .folder else {
                continue
            }
            present.insert(name.string)
            guard case .dead(let lock) = try judge(name.string, now: now) else { continue }
            guard let folder = try Spool.existing({ () throws(SystemFailure) in try spool[.processing].folder(name) })
            else { continue }
            orphans.append(OrphanedClaims(name, folder: folder, lease: lock, spool: spool))
        }
        try removeLeases(without: &present, now: now)
        sights = sights.filter { present.contains($0.key) }
        return orphans
    }

    private enum Judgement {
        case alive
        /// With the lease's lock if it could be had.
        case dead(OpenFile?)
    }

    private mutating func judge(_ id: String, now: ContinuousClock.Instant) throws(SystemFailure) -> Judgement {
        let lease = try openLease(id)
        var document: LeaseDocument?
        // A claim folder without a lease has no beat either.
        var beat: Int64 = -1
        var hasProcess = false
        if let lease {
            document = try LeaseDocument(lease.file)
            beat = try lease.file.status().modified
            if let document, lease.isLockable, me.host.sharesLocks(with: document.host) {
                if try lease.file.tryLock() { return .dead(lease.file) }
                hasProcess = true
            }
        }
        guard let sight = sights[id], sight.beat == beat else {
            sights[id] = Sight(beat: beat, since: now, isBeating: hasProcess || sights[id] != nil)
            return .alive
        }
        // As numbers: the document is another's.
        guard (now - sight.since) / .seconds(1) > (document?.seconds ?? me.seconds) else { return .alive }
        return .dead(nil)
    }

    /// Network file systems lock only what is open for writing; the lease of another user may not be.
    private func openLease(_ id: String) throws(SystemFailure) -> (file: OpenFile, isLockable: Bool)? {
        let name = WorkerName(id).lease
        return try Spool.existing { () throws(SystemFailure) in
            do throws(SystemFailure) {
                return (try leases.file(updating: name), true)
            } catch  where error.errno == .permissionDenied {
                return (try leases.file(name), false)
            }
        }
    }

    /// A worker that died between the two steps of its registration, or of its end, leaves a lease alone.
    private mutating func removeLeases(
        without present: inout Set<String>, now: ContinuousClock.Instant
    ) throws(SystemFailure) {
        var listing = try leases.listing()
        while let name = try listing.next() {
            guard let worker = WorkerName(lease: name), present.insert(worker.id).inserted,
                case .dead = try judge(worker.id, now: now),
                try spool[.processing].status(of: worker.folder) == nil
            else { continue }
            try spool.removeLeftovers(of: worker.id)
            try leases.remove(name)
        }
    }
}
