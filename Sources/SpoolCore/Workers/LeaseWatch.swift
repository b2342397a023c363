package import SpoolSystem
import SystemPackage

/// A worker's look at the others: which of them have died, or sleep so deep that their jobs must go on without them.
package struct LeaseWatch {
    private struct Sight {
        var beat: Int64
        var since: ContinuousClock.Instant
        /// Whether it is known to live, by its lock or a beat that was seen to change, or to be dead.
        var isDecided = false
    }

    private let spool: Spool
    private let me: LeaseDocument
    private let leases: Folder
    /// The last beat that was seen of each, and when it was new, by this worker's own clock.
    private var sights: [String: Sight] = [:]
    private var lastLook: ContinuousClock.Instant?
    /// Between two looks of a worker that runs; they are at most five seconds apart.
    private static let longestGap = Duration.seconds(12)

    /// Whether there are workers of which nobody can tell yet whether they live.
    package var isUndecided: Bool { sights.values.contains { !$0.isDecided } }

    package init(_ spool: Spool, as me: LeaseDocument) throws(SystemFailure) {
        self.spool = spool
        self.me = me
        leases = try spool.leases()
    }

    /// The claim folders of workers that are dead: at once if this host's kernel says so, otherwise once their beat has
    /// stood still for as long as their lease holds.
    /// - Parameter trouble: gets what went wrong with one worker, which must not keep those of the others.
    package mutating func orphans(
        now: ContinuousClock.Instant, trouble: (_ worker: String, SystemFailure) -> Void = { _, _ in }
    ) throws(SystemFailure) -> [OrphanedClaims] {
        forgiveBlindness(now: now)
        var orphans: [OrphanedClaims] = []
        var present: Set<String> = [me.worker.id]
        var listing = try spool[.processing].listing()
        while let name = try listing.next() {
            guard name.string != me.worker.id else { continue }
            do throws(SystemFailure) {
                guard try spool[.processing].status(of: name)?.kind == .folder else { continue }
                present.insert(name.string)
                guard case .dead(let lock) = try judge(WorkerName(name.string), now: now),
                    let folder = try Spool.existing({ () throws(SystemFailure) in
                        try spool[.processing].folder(name)
                    })
                else { continue }
                orphans.append(OrphanedClaims(name, folder: folder, lease: lock, spool: spool))
            } catch {
                sights[name.string]?.since = now
                trouble(name.string, error)
            }
        }
        try removeLeases(without: &present, now: now, trouble: trouble)
        sights = sights.filter { present.contains($0.key) }
        lastLook = now
        return orphans
    }

    /// While this worker itself hung or slept it could not see any beat, so it must not count that time.
    private mutating func forgiveBlindness(now: ContinuousClock.Instant) {
        guard let lastLook, now - lastLook > Self.longestGap else { return }
        for id in sights.keys { sights[id]?.since = now }
    }

    private enum Judgement {
        case alive
        /// With the lease's lock if it could be had.
        case dead(OpenFile?)
    }

    private mutating func judge(
        _ worker: WorkerName, now: ContinuousClock.Instant
    ) throws(SystemFailure) -> Judgement {
        var document: LeaseDocument?
        var hasProcess = false
        // A claim folder without a lease has no beat.
        let beat = try leases.status(of: worker.lease)?.modified ?? -1
        if let lease = try openLease(worker) {
            document = try LeaseDocument(lease.file)
            if let document, lease.isLockable, me.host.sharesLocks(with: document.host) {
                // Held shared from now on: that keeps other successors away, who try it exclusively, while onlookers, who
                // try it shared, see a dead worker. The kernel gives the lock up before it grants it anew, and another
                // successor may be quicker in between.
                if try lease.file.tryLock(), try lease.file.trySharedLock() { return .dead(lease.file) }
                hasProcess = true
            }
        }
        guard let sight = sights[worker.id], sight.beat == beat else {
            sights[worker.id] = Sight(beat: beat, since: now, isDecided: hasProcess || sights[worker.id] != nil)
            return .alive
        }
        // As numbers: the document is another's.
        guard (now - sight.since) / .seconds(1) > (document?.seconds ?? me.seconds) else { return .alive }
        sights[worker.id]?.isDecided = true
        return .dead(nil)
    }

    /// Network file systems lock only what is open for writing; the lease of another user may not be.
    /// - Returns: nil if there is none, or if it may not even be read.
    private func openLease(_ worker: WorkerName) throws(SystemFailure) -> (file: OpenFile, isLockable: Bool)? {
        do throws(SystemFailure) {
            return (try leases.file(updating: worker.lease), true)
        } catch  where error.errno == .noSuchFileOrDirectory {
            return nil
        } catch  where error.errno == .permissionDenied {
            // Below.
        }
        do throws(SystemFailure) {
            return (try leases.file(worker.lease), false)
        } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .permissionDenied {
            return nil
        }
    }

    /// A worker that died between the two steps of its registration, or of its end, leaves a lease alone.
    private mutating func removeLeases(
        without present: inout Set<String>, now: ContinuousClock.Instant, trouble: (String, SystemFailure) -> Void
    ) throws(SystemFailure) {
        var listing = try leases.listing()
        while let name = try listing.next() {
            guard let worker = WorkerName(lease: name), present.insert(worker.id).inserted else { continue }
            do throws(SystemFailure) {
                guard case .dead = try judge(worker, now: now),
                    try spool[.processing].status(of: worker.folder) == nil
                else { continue }
                try spool.removeLeftovers(of: worker.id)
                try leases.remove(name)
            } catch {
                sights[worker.id]?.since = now
                trouble(worker.id, error)
            }
        }
    }
}
