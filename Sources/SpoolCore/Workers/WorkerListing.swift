public import FoundationEssentials
public import SpoolSystem
import SystemPackage

/// A worker that is registered with a spool, as an onlooker sees it.
public struct RegisteredWorker: Sendable, Equatable {
    public var worker: ResultDocument.Worker
    /// By this host's kernel if the worker runs under it, otherwise by the age of the last beat, both by the file system's
    /// clock. One look cannot know more; other workers look longer before they take over.
    public var isAlive: Bool
    /// When the worker last showed that it lives, by its own clock.
    public var lastBeat: Date
    /// Why it claims nothing at the moment; nil while all is well.
    public var pause: String?
}

extension Spool {
    /// The workers that are registered, by their ids.
    public func workers() throws(SystemFailure) -> [RegisteredWorker] { try workers(later: .zero) }

    /// - Parameter lead: how much later than now the look is.
    package func workers(later lead: Duration) throws(SystemFailure) -> [RegisteredWorker] {
        let leases = try leases()
        let me = HostIdentity.current()
        var clock: SpoolClock?
        var workers: [RegisteredWorker] = []
        var listing = try leases.listing()
        while let name = try listing.next() {
            guard let registered = WorkerName(lease: name),
                try leases.status(of: name)?.kind == .regular,
                let file = try Self.existing({ () throws(SystemFailure) in try leases.file(name) })
            else { continue }
            let lease = try LeaseDocument(file)
            let status = try file.status()
            let isAlive: Bool
            if let lease, me.sharesLocks(with: lease.host) {
                // The lock is tried shared: two onlookers never take each other for a worker.
                isAlive = try !file.trySharedLock()
            } else {
                let now = clock ?? SpoolClock(of: self[.tmp], lead: lead)
                clock = now
                isAlive = Double(now.fileSystem - status.changed) / 1e9 < 2 * (lease?.seconds ?? 30)
            }
            workers.append(
                RegisteredWorker(
                    worker: lease?.worker ?? ResultDocument.Worker(id: registered.id, host: "?", pid: 0, version: "?"),
                    isAlive: isAlive, lastBeat: Date(nanoseconds: status.modified), pause: lease?.pause))
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
