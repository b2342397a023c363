import FoundationEssentials
import Logging
import SpoolCore
import SpoolSystem

/// A job in the worker's claim folder.
struct ClaimedJob: Sendable {
    /// Its name there.
    var name: JobName
    var content: JobReading.Content
    /// Its file.
    var file: FileStatus
    /// The history so far.
    var document: ResultDocument
    /// Where that history lies until the next attempt is recorded, if the job was put back by hand.
    var left: LeftResult?
    /// Whether an operator has made it due before the time that it asks for.
    var beginsEarly = false
    /// For a job that ran into its timeout.
    var slowPlace: SlowLane.Place?
}

extension ResultDocument {
    func adding(_ attempt: Attempt) -> ResultDocument {
        var document = self
        document.attempts.append(attempt)
        return document
    }
}

extension JobReading.Content {
    /// The time before which the job is not to be begun, if it asks for one.
    var notBefore: Date? {
        guard case .job(let job) = self else { return nil }
        return job.notBefore
    }

    /// The producer's own data, as far as it could be read.
    var metadata: JSONValue? {
        switch self {
        case .job(let job): job.metadata
        case .wrong(_, let metadata): metadata
        case .unfinished: nil
        }
    }
}
