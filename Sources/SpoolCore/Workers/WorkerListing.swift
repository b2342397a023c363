public import FoundationEssentials
public import SpoolSystem
import SystemPackage

/// A worker that is registered with a spool, as an onlooker sees it.
public struct RegisteredWorker: Sendable, Equatable {
    /// Who it is, as its results say.
    public var worker: ResultDocument.Worker
    /// Whether it lives.
    public var state: State
    /// When the worker last showed that it lives, by its own clock.
    public var lastBeat: Date
    /// How long ago that was, in seconds by the file system's clock; at least 0.
    public var silence: Double
    /// Why it claims nothing at the moment; nil while all is well.
    public var pause: String?
    /// What shows that it hangs although it beats: a disk that does not answer; nil while all is well.
    public var stall: String?

    package init(
        worker: ResultDocument.Worker, state: State, lastBeat: Date, silence: Double, pause: String?,
        stall: String? = nil
    ) {
        self.worker = worker
        self.state = state
        self.lastBeat = lastBeat
        self.silence = silence
        self.pause = pause
        self.stall = stall
    }

    /// What one look can know of a worker. Other workers look longer before they take its jobs over.
    public enum State: String, Sendable, Equatable {
        /// The worker has shown that it lives within the time for which its lease holds.
        case alive
        /// The worker has not shown that it lives for longer than that. Its process is there, but it is stopped or hangs; or
        /// it runs on another host, and the time after which an onlooker calls it dead is not over.
        case silent
        /// The process has ended, as this host's kernel says; or a worker on another host has been silent for twice the
        /// time for which its lease holds.
        case dead
    }
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
            let now = clock ?? SpoolClock(of: self[.tmp], lead: lead)
            clock = now
            // A beat after the clock was read is new.
            let silence = max(0, Double(now.fileSystem - status.changed) / 1e9)
            let seconds = lease?.seconds ?? 30
            let isDead: Bool
            if let lease, me.sharesLocks(with: lease.host) {
                // The lock is tried shared: two onlookers never take each other for a worker.
                isDead = try file.trySharedLock()
            } else {
                isDead = silence >= 2 * seconds
            }
            workers.append(
                RegisteredWorker(
                    worker: lease?.worker ?? ResultDocument.Worker(id: registered.id, host: "?", pid: 0, version: "?"),
                    state: isDead ? .dead : silence > seconds ? .silent : .alive,
                    lastBeat: Date(nanoseconds: status.modified), silence: silence, pause: lease?.pause,
                    stall: lease?.stall))
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
