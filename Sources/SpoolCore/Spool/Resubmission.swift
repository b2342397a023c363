import FoundationEssentials
public import SpoolSystem
import SystemPackage

extension Spool {
    /// What was done to try a job again.
    public enum Resubmission: Sendable, Equatable {
        /// It has left `failed` and waits in `incoming`.
        case movedBack
        /// It waited in `retry`, and is due now.
        case madeDue
        /// Neither folder has it.
        case notFound
        /// Another job of that name waits in `incoming`.
        case nameTaken
    }

    /// Lets a job be tried again, as an operator: one that failed goes back to `incoming`, one that waits for its next
    /// attempt need not wait. Its result goes with it: the worker that claims it tells the story on.
    public func resubmit(_ name: JobName) throws(SystemFailure) -> Resubmission {
        do throws(SystemFailure) {
            try self[.failed].move(name.file, to: self[.incoming], as: name.file)
            try self[.incoming].synchronize()
            try self[.failed].synchronize()
            return .movedBack
        } catch {
            switch error.errno {
            case .fileExists: return .nameTaken
            case .noSuchFileOrDirectory: break
            default: throw error
            }
        }
        guard try self[.retry].status(of: name.file) != nil else { return .notFound }
        try self[.retry].touch(name.file)
        return .madeDue
    }

    /// The jobs that failed and whose error `isMeant`, in the order of their names.
    public func failedJobs(where isMeant: (JobError?) -> Bool) throws(SystemFailure) -> [JobName] {
        var names: [JobName] = []
        var listing = try self[.failed].listing()
        while let entry = try listing.next() {
            guard let name = JobName(entry) else { continue }
            if isMeant(try result(in: .failed, named: name.result)?.error) { names.append(name) }
        }
        return names.sorted { $0.file.string < $1.file.string }
    }
}
