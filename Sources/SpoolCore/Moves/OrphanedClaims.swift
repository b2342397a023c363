package import SpoolSystem
import SystemPackage

/// What a dead worker left behind: its claim folder, held by the lock of its lease, so that only one worker takes it
/// over.
package final class OrphanedClaims: Sendable {
    /// The dead worker's id.
    package let id: String
    package let folder: Folder
    private let spool: Spool
    private let name: WorkerName
    /// Held for its lock; nil if the lease is gone.
    private let lease: OpenFile?

    private init(_ name: FilePath.Component, folder: Folder, lease: OpenFile?, spool: Spool) {
        id = name.string
        self.name = WorkerName(id)
        self.folder = folder
        self.lease = lease
        self.spool = spool
    }

    /// The claim folders of workers of this host that have ended. Those of other hosts, whose locks this kernel may not
    /// see, are left alone.
    package static func find(
        in spool: Spool, as worker: ResultDocument.Worker
    ) throws(SystemFailure) -> [OrphanedClaims] {
        let leases = try spool[.control].folder(WorkerLease.folder)
        var orphans: [OrphanedClaims] = []
        var listing = try spool[.processing].listing()
        while let name = try listing.next() {
            guard name.string != worker.id, try spool[.processing].status(of: name)?.kind == .folder else { continue }
            let lease = try Spool.existing { () throws(SystemFailure) in
                try leases.file(WorkerName(name.string).lease)
            }
            if let lease {
                let owner = try ResultDocument.Worker(lease: lease)
                if let owner, owner.host != worker.host {
                    continue
                }
                guard try lease.tryLock() else { continue }
            }
            guard let folder = try Spool.existing({ () throws(SystemFailure) in try spool[.processing].folder(name) })
            else { continue }
            orphans.append(OrphanedClaims(name, folder: folder, lease: lease, spool: spool))
        }
        try removeLeasesWithoutFolder(in: spool, leases, as: worker)
        return orphans
    }

    /// A worker that died between the two steps of its registration, or of its end, leaves a lease alone.
    private static func removeLeasesWithoutFolder(
        in spool: Spool, _ leases: Folder, as worker: ResultDocument.Worker
    ) throws(SystemFailure) {
        for entry in try spool.workers() where !entry.isAlive && entry.worker.host == worker.host {
            let name = WorkerName(entry.worker.id)
            if try spool[.processing].status(of: name.folder) == nil { try leases.remove(name.lease) }
        }
    }

    /// The jobs in the folder. A dead worker had few, so they are listed at once.
    package func jobs() throws(SystemFailure) -> [JobName] {
        var jobs: [JobName] = []
        var listing = try folder.listing()
        while let name = try listing.next() {
            if let job = JobName(name) { jobs.append(job) }
        }
        return jobs
    }

    /// What the dead worker recorded of a job, or nil if it died before that.
    package func record(of job: JobName) throws(SystemFailure) -> ResultDocument? {
        try ResultDocument.read(job.result, in: folder)
    }

    /// Removes the folder and the lease once no job is left.
    /// - Returns: false if something is left that is neither job nor record.
    package func remove() throws(SystemFailure) -> Bool {
        var listing = try folder.listing()
        while let name = try listing.next() {
            // A record without its job: the worker died right after a commit.
            if name.string.hasSuffix(".result.json") { try folder.remove(name) }
        }
        try AttemptRecords.removeSpares(in: folder)
        try DocumentFile.discardLeftovers(of: id, in: spool[.tmp])
        do throws(SystemFailure) {
            try spool[.processing].removeFolder(name.folder)
        } catch  where error.errno == .directoryNotEmpty {
            return false
        }
        try spool[.control].folder(WorkerLease.folder).remove(name.lease)
        return true
    }
}
