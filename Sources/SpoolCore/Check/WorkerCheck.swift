import SpoolSystem
import SystemPackage

/// The registered workers, their claim folders and their leases.
struct WorkerCheck {
    private let round: CheckRound
    private let processing: Folder
    private let twins: TwinCheck
    private let strays: StrayCheck

    init(_ round: CheckRound) {
        self.round = round
        processing = round.spool[.processing]
        twins = TwinCheck(round)
        strays = StrayCheck(round)
    }

    /// - Returns: the ids of the workers that may live; nil if nobody can tell, so that any of them may.
    func run() throws(SystemFailure) -> Set<String>? {
        guard let workers = try registered() else { return nil }
        for worker in workers where worker.state == .silent { tellSilent(worker) }
        let alive = Self.living(workers)
        var listing = try processing.listing()
        while let name = try listing.next() {
            try round.looking(at: .of(.processing, name)) { () throws(SystemFailure) in
                try check(name, isAlive: alive.contains(name.string))
            }
        }
        try checkLeases(alive)
        return alive
    }

    /// - Returns: nil if this user may not look.
    private func registered() throws(SystemFailure) -> [RegisteredWorker]? {
        var workers: [RegisteredWorker]?
        try round.looking(at: .of(.control, WorkerLease.folder)) { () throws(SystemFailure) in
            workers = try round.spool.workers(later: round.clock.lead)
        }
        return workers
    }

    private static func living(_ workers: [RegisteredWorker]) -> Set<String> {
        Set(workers.filter { $0.state != .dead }.map(\.worker.id))
    }

    private func tellSilent(_ worker: RegisteredWorker) {
        round.find(
            .silentWorker, .of(.processing, WorkerName(worker.worker.id).folder),
            "has not shown for \(Int(worker.silence)) s that it lives: the worker is stopped, or hangs on a disk; look at "
                + "process \(worker.worker.pid) on \(worker.worker.host). Other workers take its jobs over")
    }

    private func check(_ name: FilePath.Component, isAlive: Bool) throws(SystemFailure) {
        guard let status = try processing.status(of: name) else { return }
        let path = FilePath.of(.processing, name)
        if name.isHidden { return strays.checkHidden(name, status, in: processing, path) }
        guard status.kind == .folder else {
            return strays.tellForeign(name, status, path, isWaiting: false)
        }
        let claims = try processing.folder(name)
        let jobs = try walk(claims, path)
        // Another look at who has died: workers come and go meanwhile.
        guard !isAlive, let alive = try registered().map(Self.living), !alive.contains(name.string) else { return }
        guard try processing.status(of: name)?.isSameFile(as: claims.status()) == true else { return }
        if jobs > 0 {
            round.find(
                .deadWorkerJobs, path,
                "\(jobs == 1 ? "a job waits" : "\(jobs) jobs wait") here since the worker died; "
                    + (alive.isEmpty ? "start a worker, which takes" : "a worker that runs takes")
                    + " \(jobs == 1 ? "it" : "them") over")
        } else {
            try tellDead(name, claims, path)
        }
    }

    /// - Returns: how many jobs there are.
    private func walk(_ claims: Folder, _ path: FilePath) throws(SystemFailure) -> Int {
        var jobs = 0
        var listing = try claims.listing()
        while let entry = try listing.next() {
            guard let status = try claims.status(of: entry) else { continue }
            if let job = JobName(entry) {
                jobs += 1
                try twins.check(
                    job, status, in: claims, path.appending(entry), later: TwinCheck.places(after: .processing))
            } else if !entry.isHidden, JobName(ofResult: entry) == nil {
                strays.tellForeign(entry, status, path.appending(entry), isWaiting: false)
            }
        }
        return jobs
    }

    /// A worker that died without a job; the next worker's start clears it away as well.
    private func tellDead(_ name: FilePath.Component, _ claims: Folder, _ path: FilePath) throws(SystemFailure) {
        let id = name.string
        round.find(
            .deadWorker, path,
            "belongs to a worker that died without a job; the next worker clears it away, or --repair",
            isSafe: try isOld(claims, id)
        ) { () throws(SystemFailure) in
            let file: OpenFile?
            switch try lock(WorkerName(id).lease, in: round.spool.leases()) {
            case .held(let lease): file = lease
            case .noLease: file = nil
            case .taken: return false
            }
            let orphan = OrphanedClaims(name, folder: claims, lease: file, spool: round.spool)
            guard try isOld(claims, id), try orphan.jobs().isEmpty else { return false }
            return try orphan.remove()
        }
    }

    /// Each beat changes the lease by the file system's clock, so this holds whatever the worker's own clock says.
    private func isOld(_ claims: Folder, _ id: String) throws(SystemFailure) -> Bool {
        guard try round.clock.isOld(claims.status()) else { return false }
        let leases = try round.spool.leases()
        return try leases.status(of: WorkerName(id).lease).map(round.clock.isOld) ?? true
    }

    private enum Lock {
        case held(OpenFile)
        /// There is no lease, so nobody holds it.
        case noLease
        /// Its worker lives after all, or another one takes over right now.
        case taken
    }

    /// Locks a lease, so that no worker clears it away at the same time.
    private func lock(_ name: FilePath.Component, in leases: Folder) throws(SystemFailure) -> Lock {
        guard let file = try Spool.existing({ () throws(SystemFailure) in try leases.file(updating: name) }) else {
            return .noLease
        }
        return try file.tryLock() ? .held(file) : .taken
    }

    /// Leases without a claim folder: their workers died between the two steps of registering or of leaving.
    private func checkLeases(_ alive: Set<String>) throws(SystemFailure) {
        let leases = try round.spool.leases()
        var listing = try leases.listing()
        while let name = try listing.next() {
            guard let status = try leases.status(of: name), status.kind == .regular, round.clock.isOld(status) else {
                continue
            }
            let path = FilePath.of(.control, WorkerLease.folder).appending(name)
            guard let worker = WorkerName(lease: name), !alive.contains(worker.id),
                try processing.status(of: worker.folder) == nil
            else { continue }
            round.find(
                .deadWorker, path, "is the lease of a worker that died; the next worker clears it away, or --repair",
                isSafe: true
            ) { () throws(SystemFailure) in
                guard case .held(let lease) = try lock(name, in: leases) else { return false }
                return try withExtendedLifetime(lease) { () throws(SystemFailure) in
                    try leases.remove(name, ifStill: status)
                }
            }
        }
    }
}
