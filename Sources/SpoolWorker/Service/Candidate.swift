import SpoolCore
import SpoolSystem

/// A job that may be ready to be claimed.
enum Candidate: Sendable {
    /// Dropped into `incoming`.
    case dropped(JobName)
    /// Claimed by a worker that has died.
    case orphaned(JobName, OrphanedClaims)

    var name: JobName {
        switch self {
        case .dropped(let name), .orphaned(let name, _): name
        }
    }
}

/// How a candidate's turn ended.
enum TurnOutcome: Sendable {
    /// The job is in `done` or `failed`.
    case finished(ResultDocument.Status)
    /// The file is no whole job yet; with the state in which it was seen.
    case unfinished(FileStatus)
    /// It cannot be moved, which is a matter of this name alone: the next scan tries again.
    case unclaimable(SystemFailure)
    /// There is nothing of this name any more.
    case gone
    /// The job was put back where it was found.
    case givenBack
    /// The spool's file system refused a move; the job waits where it is.
    case blocked(SystemFailure)
}
