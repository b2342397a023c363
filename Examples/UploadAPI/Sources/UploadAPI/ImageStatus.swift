import FoundationEssentials
import Hummingbird
import SpoolCore

/// The answer to `GET /images/ID`.
struct ImageStatus: ResponseEncodable, Codable {
    enum State: String, Codable {
        case waiting, held, processing, retry, done, failed
    }

    struct Rendition: Codable {
        var name: String
        var url: String
        var format: String
        var width, height, bytes: Int
    }

    var id: String
    var state: State
    /// From 0 to 100, of a job that a worker has had for some seconds.
    var percent: Int?
    /// nil when the job has ended.
    var workers: Workers?
    /// For people.
    var message: String
    /// Why the job failed, or why it waits for another attempt.
    var error: JobError?
    var retryAt: Date?
    var renditions: [Rendition]?

    init(_ id: UniqueID, _ job: FoundJob, _ workers: Workers) {
        self.id = id.description
        state = State(job.state)
        message = state.message(workers)
        switch state {
        case .waiting: self.workers = workers
        case .processing:
            self.workers = workers
            percent = job.document?.progress?.overall
        case .held: break
        case .retry:
            self.workers = workers
            error = job.document?.error
            retryAt = job.document?.retryAt
        case .done:
            renditions = job.document?.renditions.map { Rendition($0, of: id) } ?? []
        case .failed:
            error = job.document?.error
            if let error { message = "The job failed: \(error.message)" }
        }
    }
}

extension ImageStatus.State {
    /// - Parameter folder: one of ``SpoolFolder/jobStates``.
    init(_ folder: SpoolFolder) {
        self =
            switch folder {
            case .hold: .held
            case .processing: .processing
            case .retry: .retry
            case .done: .done
            case .failed: .failed
            default: .waiting
            }
    }

    fileprivate func message(_ workers: Workers) -> String {
        switch (self, workers) {
        case (.done, _): "The renditions are ready."
        case (.failed, _): "The job failed."
        case (.held, _): "An operator holds the job."
        case (.processing, .serving), (.processing, .paused): "A worker makes the renditions."
        case (.processing, _): "The worker of this job does not answer. Another worker will take the job over."
        case (_, .none): "No worker serves the spool. The job waits until one starts."
        case (_, .silent): "No worker answers. The job waits."
        case (_, .paused): "The workers are paused. The job waits."
        case (.retry, _): "An attempt failed. A worker will try again."
        case (.waiting, _): "The job waits for a worker."
        }
    }
}

extension ImageStatus.Rendition {
    init(_ image: ResultDocument.RenditionImage, of id: UniqueID) {
        name = String(image.path.split(separator: "/").last ?? "")
        url = "\(UploadPaths.status(id))/\(name)"
        format = image.format
        width = image.width
        height = image.height
        bytes = image.bytes
    }
}
