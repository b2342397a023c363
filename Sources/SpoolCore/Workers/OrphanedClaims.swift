package import SpoolSystem
import SystemPackage

/// What a dead worker left behind: its claim folder, held by the lock of its lease where that can be had. Without the
/// lock several may take over at once: each job is moved by one rename, which has one winner.
package final class OrphanedClaims: Sendable {
    /// The dead worker's id.
    package let id: String
    package let folder: Folder
    private let spool: Spool
    private let name: WorkerName
    /// Held for its lock.
    private let lease: OpenFile?

    init(_ name: FilePath.Component, folder: Folder, lease: OpenFile?, spool: Spool) {
        id = name.string
        self.name = WorkerName(id)
        self.folder = folder
        self.lease = lease
        self.spool = spool
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
        try AttemptRecords.read(of: job, in: folder)
    }

    /// The same, and whether there is one that this version cannot read.
    package func recordReading(of job: JobName) throws(SystemFailure) -> ResultDocument.Reading {
        try AttemptRecords.reading(of: job, in: folder)
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
        try spool.removeLeftovers(of: id)
        do throws(SystemFailure) {
            try spool[.processing].removeFolder(name.folder)
        } catch  where error.errno == .directoryNotEmpty {
            return false
        }
        try spool.leases().remove(name.lease)
        return true
    }
}

extension Spool {
    /// Removes what a dead worker was about to put elsewhere: unfinished documents and probes.
    func removeLeftovers(of worker: String) throws(SystemFailure) {
        try DocumentFile.discardLeftovers(of: worker, in: self[.tmp])
        for folder in SpoolFolder.sharedFileSystem { try self[folder].remove(ProbeFile.name(of: worker)) }
    }
}
