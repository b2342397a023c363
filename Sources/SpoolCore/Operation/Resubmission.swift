import FoundationEssentials
public import SpoolSystem
import SystemPackage

extension Spool {
    /// What was done to try a job again.
    public enum Resubmission: Sendable, Equatable {
        /// It has left `failed` and waits in `incoming`, under this name: another than its own only where the file system
        /// cannot rename without replacing.
        case movedBack(JobName)
        /// It waited in `retry`, and is due now.
        case madeDue
        /// Neither folder has it.
        case notFound
        /// Another job of that name waits in `incoming`.
        case nameTaken
    }

    /// Lets a job be tried again, as an operator: one that failed goes back to `incoming`, one that waits for its next
    /// attempt is due at once. The result of one that failed stays in `failed` until a worker has claimed the job and gone
    /// on with the history in it.
    public func resubmit(_ name: JobName) throws(SystemFailure) -> Resubmission {
        do throws(SystemFailure) {
            let failed = self[.failed]
            guard try failed.status(of: name.file) != nil else { return try makeDue(name) }
            var id: String?
            if case .document(let document) = try ResultDocument.history(name.result, in: failed) { id = document.id }
            let newName = try putIntoIncoming(
                name.file, from: failed, as: name, id: id ?? UniqueID().description
            ) { newName throws(SystemFailure) in
                // The worker looks for the result by the job's new name, so it has both names until the job has moved.
                do throws(SystemFailure) {
                    try failed.link(name.result, to: failed, as: newName.result)
                } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .fileExists {
                    // There is none, or a try that was killed here has linked it.
                }
            }
            if newName != name { try failed.remove(name.result) }
            try self[.incoming].synchronize()
            try failed.synchronize()
            return .movedBack(newName)
        } catch {
            switch error.errno {
            case .fileExists: return .nameTaken
            case .noSuchFileOrDirectory: return try makeDue(name)
            default: throw error
            }
        }
    }

    private func makeDue(_ name: JobName) throws(SystemFailure) -> Resubmission {
        let retry = self[.retry]
        guard try retry.status(of: name.file) != nil else { return .notFound }
        do throws(SystemFailure) {
            try retry.touch(name.file)
        } catch  where error.lacksRight {
            // Another user's file. The document beside it is the worker's, and has a job's time then. One of long ago cannot be
            // taken for that of its making.
            guard try retry.status(of: name.result) != nil else { throw error }
            try retry.setModified(name.result, 0)
        }
        return .madeDue
    }

    /// The jobs that failed and whose error `isMeant`, in the order of their names.
    /// - Parameters:
    ///   - isMeant: gets the error of each; nil for a job without a result.
    ///   - unreadable: gets the jobs whose result cannot be read, which are left out.
    public func failedJobs(
        where isMeant: (JobError?) -> Bool, unreadable: (JobName, UnreadableResult) -> Void = { _, _ in }
    ) throws(SystemFailure) -> [JobName] {
        var names: [JobName] = []
        var listing = try self[.failed].listing()
        while let entry = try listing.next() {
            guard let name = JobName(entry) else { continue }
            switch try ResultDocument.history(name.result, in: self[.failed]) {
            case .document(let document): if isMeant(document.error) { names.append(name) }
            case .missing: if isMeant(nil) { names.append(name) }
            case .unreadable(let reason): unreadable(name, reason)
            }
        }
        return names.sorted { $0.file.string < $1.file.string }
    }
}
