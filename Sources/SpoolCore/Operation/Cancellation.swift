import FoundationEssentials
public import SpoolSystem
import SystemPackage

extension Spool {
    /// What came of ``cancel(_:because:version:)``.
    public enum Cancellation: Sendable, Equatable {
        /// The job is in `failed`, under this name.
        case cancelled(JobName)
        /// The job is in `failed`; a worker was at it, and drops what it makes.
        case takenAway(JobName, worker: String)
        /// It has ended already, here.
        case ended(SpoolFolder)
        /// The spool has no such job.
        case notFound
    }

    /// Ends a job before it is done: it goes to `failed`, with the code `cancelled` and its history. A worker that is at it
    /// sees that it is gone when it would publish, and removes what it made.
    /// - Parameters:
    ///   - name: the job's name.
    ///   - reason: a phrase for the result's message.
    ///   - version: of the program that cancels.
    public func cancel(
        _ name: JobName, because reason: String? = nil, version: String
    ) throws(SystemFailure) -> Cancellation {
        // A job moves on while it is looked for, and then it is found where it went.
        for _ in 0..<10 {
            let found = try find(name)
            guard let job = found.first(where: { $0.state.isWaiting || $0.state == .processing }) else {
                return found.first.map { .ended($0.state) } ?? .notFound
            }
            if let ending = try cancel(job, because: reason, version) { return ending }
        }
        return .notFound
    }

    /// - Returns: nil if the job has moved on meanwhile.
    private func cancel(
        _ job: FoundJob, because reason: String?, _ version: String
    ) throws(SystemFailure) -> Cancellation? {
        let place = try places(of: job.state).first { $0.worker == job.worker }
        guard let source = place?.folder, let status = try source.status(of: job.name.file) else { return nil }
        var document = job.document ?? history(of: job, status, version)
        document.state = .failed(
            JobError(.cancelled, "an operator has cancelled the job" + (reason.map { ": \($0)" } ?? "")), at: Date())
        let failed = self[.failed]
        let documents = DocumentFile(staging: self[.tmp], owner: "cancel", durability: .full)
        for name in JobMoves.candidateNames(for: job.name, id: document.id) {
            guard try failed.status(of: name.file) == nil else { continue }
            let placed: FileStatus?
            do throws(SystemFailure) {
                // Who has the result's name has the job's name.
                placed = try documents.write(document.content, to: failed, as: name.result)
            } catch  where error.errno == .fileExists {
                continue
            }
            do throws(SystemFailure) {
                try announce(name, in: .failed, id: document.id, .full)
                try source.move(job.name.file, to: failed, as: name.file)
            } catch {
                // Without the job the document would tell of a state that is not. A worker that ends the job at this moment has
                // put its own in the place.
                if let there = try failed.status(of: name.result), placed?.isSameFile(as: there) == true {
                    try withdraw(name, in: .failed, id: document.id)
                    try failed.remove(name.result)
                }
                switch error.errno {
                case .fileExists: continue
                case .noSuchFileOrDirectory: return nil
                default: throw error
                }
            }
            if job.state == .retry { try source.remove(job.name.result) }
            try failed.synchronize()
            try source.synchronize()
            return job.worker.map { .takenAway(name, worker: $0) } ?? .cancelled(name)
        }
        throw SystemFailure("cancel", source.path.appending(job.name.file), .fileExists)
    }

    /// The history of a job that no worker has begun.
    private func history(of job: FoundJob, _ status: FileStatus, _ version: String) -> ResultDocument {
        ResultDocument(
            job: job.name.description, id: UniqueID().description, state: .processing(nil),
            worker: .current(on: HostIdentity.current(), version: version),
            submittedAt: Date(nanoseconds: status.changed), claimedAt: Date())
    }
}
