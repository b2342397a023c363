public import SpoolSystem
import SystemPackage

/// A live worker's place in a spool: a locked file that says who it is, and a claim folder of the same name.
///
/// The kernel gives the lock up with the process, however that ends; so whoever gets the lock of a lease knows that its
/// worker is dead.
package final class WorkerLease: Sendable {
    static let folder: FilePath.Component = "workers"

    package let worker: ResultDocument.Worker
    package let claims: Folder
    private let spool: Spool
    private let leases: Folder
    private let name: WorkerName
    /// Held for its lock.
    private let file: OpenFile

    /// Registers a worker: first the locked lease, then the claim folder, so that no claim folder ever lacks a lease
    /// while its worker lives.
    package init(in spool: Spool, for worker: ResultDocument.Worker) throws(SystemFailure) {
        self.spool = spool
        self.worker = worker
        name = WorkerName(worker.id)
        leases = try spool[.control].folder(Self.folder)
        // Locked before it has its name: nobody can find it unlocked.
        let temporary = FilePath.Component(".\(worker.id).tmp")!
        file = try leases.create(temporary)
        do throws(SystemFailure) {
            guard try file.tryLock() else { throw SystemFailure("lock", file.path, .resourceTemporarilyUnavailable) }
            try file.write(Array((worker.json.text() + "\n").utf8))
            try leases.move(temporary, to: leases, as: name.lease)
        } catch {
            // The first failure is what counts; a leftover is hidden.
            try? leases.remove(temporary)
            throw error
        }
        try spool[.processing].makeFolder(name.folder)
        claims = try spool[.processing].folder(name.folder)
    }

    /// Ends the registration of a worker that has nothing claimed any more.
    /// - Returns: false if something is left in the claim folder, which then stays for another worker to look at.
    package func release() throws(SystemFailure) -> Bool {
        try AttemptRecords.removeSpares(in: claims)
        do throws(SystemFailure) {
            try spool[.processing].removeFolder(name.folder)
        } catch  where error.errno == .directoryNotEmpty {
            return false
        }
        try leases.remove(name.lease)
        return true
    }
}

/// A worker's id, and the names that follow from it.
struct WorkerName {
    let folder: FilePath.Component
    let lease: FilePath.Component

    init(_ id: String) {
        // WorkerID makes ids of plain characters only.
        folder = FilePath.Component(id)!
        lease = FilePath.Component("\(id).json")!
    }
}

extension Spool {
    /// The workers that are registered, and whether each still lives as far as this host's kernel knows.
    public func workers() throws(SystemFailure) -> [(worker: ResultDocument.Worker, isAlive: Bool)] {
        let leases = try self[.control].folder(WorkerLease.folder)
        var workers: [(worker: ResultDocument.Worker, isAlive: Bool)] = []
        var listing = try leases.listing()
        while let name = try listing.next() {
            guard !name.string.hasPrefix("."),
                let lease = try Self.existing({ () throws(SystemFailure) in try leases.file(name) }),
                let worker = try ResultDocument.Worker(lease: lease)
            else { continue }
            // The lock is tried shared: two onlookers never take each other for a worker.
            workers.append((worker, isAlive: try !lease.trySharedLock()))
        }
        return workers.sorted { $0.worker.id < $1.worker.id }
    }

    /// Turns "no such file" into nil.
    static func existing<Value>(_ body: () throws(SystemFailure) -> Value) throws(SystemFailure) -> Value? {
        do throws(SystemFailure) {
            return try body()
        } catch  where error.errno == .noSuchFileOrDirectory {
            return nil
        }
    }
}

extension ResultDocument.Worker {
    /// The worker that wrote a lease; nil if its power was cut before the content was on the disk.
    init?(lease: OpenFile) throws(SystemFailure) {
        let content = try lease.read(upTo: 4096)
        guard let json = try? JSONValue(parsing: content), let worker = try? Self(ResultReader(json)) else {
            return nil
        }
        self = worker
    }
}
