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
    /// For a job that ran into its timeout.
    var slowPlace: SlowLane.Place?

    /// One line for the operator: what became of the job, and why.
    func log(as finalName: JobName, to logger: Logger) {
        var metadata: Logger.Metadata = ["job": "\(document.job)"]
        if finalName.description != document.job { metadata["as"] = "\(finalName)" }
        if let error = document.error {
            metadata["code"] = "\(error.code.rawValue)"
            guard let retryAt = document.retryAt else {
                logger.warning("\(Self.failure(error, after: document.attempts.count))", metadata: metadata)
                return
            }
            metadata["attempt"] = "\(document.attempts.count)"
            metadata["retryAt"] = "\(Timestamp.text(retryAt))"
            logger.warning("is tried again: \(error.message)", metadata: metadata)
        } else {
            metadata["renditions"] = "\(document.renditions.count)"
            let waited = document.timings?.waited ?? 0
            let worked = (document.attempts.last?.milliseconds ?? 0) - waited
            let wait = waited < 1 ? "" : ", after \(Int(waited.rounded())) ms of waiting for a renderer"
            logger.info("done in \(Int(worked.rounded())) ms\(wait)", metadata: metadata)
        }
    }

    static func failure(_ error: JobError, after attempts: Int) -> String {
        "failed\(attempts > 1 ? " after \(attempts) attempts" : ""): \(error.message)"
    }
}

extension ResultDocument {
    func adding(_ attempt: Attempt) -> ResultDocument {
        var document = self
        document.attempts.append(attempt)
        return document
    }
}

extension JobReading.Content {
    /// The producer's own data, as far as it could be read.
    var metadata: JSONValue? {
        switch self {
        case .job(let job): job.metadata
        case .wrong(_, let metadata): metadata
        case .unfinished: nil
        }
    }
}
