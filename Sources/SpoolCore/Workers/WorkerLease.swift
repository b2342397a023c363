package import SpoolSystem
import Synchronization
import SystemPackage

/// A live worker's place in a spool: a file that says who it is, and a claim folder of the same name.
///
/// Two things prove that the worker lives. The file is locked, and the kernel gives the lock up with the process,
/// however that ends. And its modification time is changed again and again, for hosts that do not share the kernel: they
/// judge by their own clock whether it still changes, and never compare it with the time.
package final class WorkerLease: Sendable {
    static let folder: FilePath.Component = "workers"

    package let worker: ResultDocument.Worker
    package let claims: Folder
    private let spool: Spool
    private let leases: Folder
    private let name: WorkerName
    /// Held for its lock.
    private let file: OpenFile
    private let state: Mutex<State>

    private struct State {
        var document: LeaseDocument
        /// By the worker's own clock, which need not be that of the file system.
        var lastBeat: Int64 = 0
    }

    /// Registers a worker: first the locked lease, then the claim folder, so that no claim folder ever lacks a lease
    /// while its worker lives.
    package init(in spool: Spool, for document: LeaseDocument) throws(SystemFailure) {
        self.spool = spool
        worker = document.worker
        name = WorkerName(worker.id)
        leases = try spool.leases()
        file = try leases.create(name.lease)
        do throws(SystemFailure) {
            // Nobody judges by the lock of a lease that says nothing yet.
            guard try file.tryLock() else { throw SystemFailure("lock", file.path, .resourceTemporarilyUnavailable) }
            try Self.write(document, to: file)
            state = Mutex(State(document: document))
            try spool[.processing].makeFolder(name.folder)
            claims = try spool[.processing].folder(name.folder)
        } catch {
            // The first failure is what counts; what is left is a dead worker's.
            try? spool[.processing].removeFolder(name.folder)
            try? leases.remove(name.lease)
            throw error
        }
    }

    /// On a full disk the lease stays empty: an empty file needs no space, and lock and time still work.
    private static func write(_ document: LeaseDocument, to file: OpenFile) throws(SystemFailure) {
        do throws(SystemFailure) {
            try file.overwrite(document.content)
            try file.synchronize()
        } catch  where error.errno == .noSpace || error.errno == .diskQuotaExceeded {
            return
        }
    }

    /// Shows that the worker lives.
    /// - Parameter now: nanoseconds since 1970. What counts is that each beat differs from the last.
    /// - Returns: false if the lease is not there any more: others took this worker for dead, because it slept.
    package func beat(now: Int64) throws(SystemFailure) -> Bool {
        let before = try file.status().modified
        let second: Int64 = 1_000_000_000
        // A clock can go back. Some file systems keep whole seconds only.
        try setBeat { now > $0 ? now : $0 + second }
        if try file.status().modified == before { try setBeat { $0 + second } }
        return try isHeld()
    }

    private func setBeat(_ next: (Int64) -> Int64) throws(SystemFailure) {
        let time = state.withLock { state in
            state.lastBeat = next(state.lastBeat)
            return state.lastBeat
        }
        try file.setModified(time)
    }

    /// Whether lease and claim folder are still this worker's. They are not once others took it for dead.
    package func isHeld() throws(SystemFailure) -> Bool {
        guard let there = try leases.status(of: name.lease), try there.isSameFile(as: file.status()) else {
            return false
        }
        return try spool[.processing].status(of: name.folder)?.isSameFile(as: claims.status()) ?? false
    }

    /// Lets others see why nothing is claimed at the moment; nil when all is well again.
    package func show(pause: String?) throws(SystemFailure) { try change { $0.pause = pause } }

    /// Lets others see that the worker hangs; nil when it goes on.
    package func show(stall: String?) throws(SystemFailure) { try change { $0.stall = stall } }

    private func change(_ body: (inout LeaseDocument) -> Void) throws(SystemFailure) {
        let document = state.withLock { state -> LeaseDocument? in
            let before = state.document
            body(&state.document)
            return state.document == before ? nil : state.document
        }
        if let document { try Self.write(document, to: file) }
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

extension Spool {
    /// The folder of the leases.
    func leases() throws(SystemFailure) -> Folder { try self[.control].folder(WorkerLease.folder) }
}
