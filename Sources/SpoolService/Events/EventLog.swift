import Logging
import SpoolCore

/// One line an event, for the operator.
struct EventLog: WorkerEventSink {
    let logger: Logger

    func saw(_ event: WorkerEvent) {
        switch event {
        case .attempted(let document, let name): tell(document, name)
        case .eventsLost:
            logger.warning("events were lost, more came than the kernel holds; incoming is scanned instead")
        // Who replaces it knows why, and has said it.
        case .rendererReplaced: break
        }
    }

    /// What became of the job, and why.
    private func tell(_ document: ResultDocument, _ name: JobName) {
        var metadata: Logger.Metadata = ["job": "\(document.job)"]
        if name.description != document.job { metadata["as"] = "\(name)" }
        if let error = document.error { metadata["code"] = "\(error.code.rawValue)" }
        switch document.state {
        case .failed(let error, _):
            logger.warning("\(Self.failure(error, after: document.attempts.count))", metadata: metadata)
        case .retry(let time, let error):
            metadata["attempt"] = "\(document.attempts.count)"
            metadata["retryAt"] = "\(Timestamp.text(time))"
            logger.warning("is tried again: \(error?.message ?? "it was interrupted")", metadata: metadata)
        case .done(let success, _):
            metadata["renditions"] = "\(success.renditions.count)"
            let waited = success.timings.waited
            let worked = (document.attempts.last?.milliseconds ?? 0) - waited
            let wait = waited < 1 ? "" : ", after \(Int(waited.rounded())) ms of waiting for a renderer"
            logger.info("done in \(Int(worked.rounded())) ms\(wait)", metadata: metadata)
        case .processing: break
        }
    }

    static func failure(_ error: JobError, after attempts: Int) -> String {
        "failed\(attempts > 1 ? " after \(attempts) attempts" : ""): \(error.message)"
    }
}
