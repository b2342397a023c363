import FoundationEssentials
import SpoolCore
import SpoolSystem

/// A job that may be ready to be claimed.
enum Candidate: Sendable {
    /// Dropped into `incoming`.
    case dropped(JobName)
    /// In `retry`, and due.
    case waiting(JobName)
    /// Claimed by a worker that has died; suspect if it was in the middle of an attempt.
    case orphaned(JobName, OrphanedClaims, isSuspect: Bool)

    var name: JobName {
        switch self {
        case .dropped(let name), .waiting(let name), .orphaned(let name, _, _): name
        }
    }

    /// The name that it gets in the worker's claim folder: a dropped one that leaves no room for a result's is cut.
    func claimedName(id: String) -> JobName {
        if case .dropped(let name) = self, !name.fits { name.distinguished(by: id) } else { name }
    }

    /// Whether the job may have taken a worker down, so that no other should run beside it.
    var isSuspect: Bool {
        if case .orphaned(_, _, let isSuspect) = self { isSuspect } else { false }
    }
}

/// How a candidate's turn ended.
enum TurnOutcome: Sendable {
    /// The job is in `done` or `failed`.
    case finished(ResultDocument.Status)
    /// The job is in `retry` until then.
    case postponed(until: Date)
    /// The file is no whole job yet; with the state in which it was seen.
    case unfinished(FileStatus)
    /// It cannot be moved, which is a matter of this name alone: the next scan tries again.
    case unclaimable(SystemFailure)
    /// There is nothing of this name any more.
    case gone
    /// The job was put back where it was found.
    case givenBack
    /// Another worker has taken the job over, because this one slept.
    case fenced
    /// The spool's file system refused a move; the job waits where it is.
    case blocked(SystemFailure)
}

extension TurnOutcome {
    /// Whether the job left the place where it waited.
    var hasClaimed: Bool {
        switch self {
        case .finished, .postponed, .givenBack, .fenced: true
        case .unfinished, .unclaimable, .gone, .blocked: false
        }
    }
}
