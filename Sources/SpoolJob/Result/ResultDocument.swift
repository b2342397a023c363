public import FoundationEssentials

/// The history of a job, as it lies beside the job's file: `NAME.result.json`.
///
/// While a worker has the job, the document lies in the worker's claim folder with the status `processing`; that is also
/// how an attempt is recorded before its work starts. While the job waits for another attempt, it lies in `retry`.
public struct ResultDocument: Sendable, Equatable {
    /// The version of this format.
    public static let currentVersion = 1

    public enum Status: String, Sendable, Equatable {
        case processing, retry, done, failed
    }

    /// The worker that had the job last.
    public struct Worker: Sendable, Equatable {
        public var id: String
        public var host: String
        public var pid: Int
        public var version: String

        public init(id: String, host: String, pid: Int, version: String) {
            self.id = id
            self.host = host
            self.pid = pid
            self.version = version
        }
    }

    public struct Attempt: Sendable, Equatable {
        /// Counted from 1.
        public var number: Int
        public var startedAt: Date
        /// nil while it runs, and for an attempt whose worker died.
        public var milliseconds: Double?
        /// nil for the attempt that succeeded.
        public var error: JobError?
        /// The source as a failed attempt found it; nil if there was none.
        public var source: SourceState?

        public init(
            number: Int, startedAt: Date, milliseconds: Double? = nil, error: JobError? = nil,
            source: SourceState? = nil
        ) {
            self.number = number
            self.startedAt = startedAt
            self.milliseconds = milliseconds
            self.error = error
            self.source = source
        }
    }

    /// What shows whether a source is still being written.
    public struct SourceState: Sendable, Equatable {
        public var bytes: Int
        /// When content or place of the file last changed, by the file system's clock.
        public var changedAt: Date

        public init(bytes: Int, changedAt: Date) {
            self.bytes = bytes
            self.changedAt = changedAt
        }

        /// Whether nothing has changed between the two looks, as far as a document's milliseconds tell.
        public func isUnchanged(in later: SourceState) -> Bool {
            bytes == later.bytes && abs(changedAt.timeIntervalSince(later.changedAt)) < 0.002
        }
    }

    public struct InputImage: Sendable, Equatable {
        /// As the job names it.
        public var path: String
        public var format: String
        /// Pixels, as stored: before EXIF orientation.
        public var width, height: Int
        public var pages: Int
        public var bytes: Int
        /// Hexadecimal.
        public var sha256: String

        public init(
            path: String, format: String, width: Int, height: Int, pages: Int, bytes: Int, sha256: String
        ) {
            self.path = path
            self.format = format
            self.width = width
            self.height = height
            self.pages = pages
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    public struct RenditionImage: Sendable, Equatable {
        /// As the job names it.
        public var path: String
        public var format: String
        public var width, height: Int
        public var bytes: Int
        /// Hexadecimal.
        public var sha256: String
        public var milliseconds: Double
        /// What was found to fit, of a rendition with a limit on bytes.
        public var quality: Int?
        /// What the source has and the rendition has not.
        public var losses: [Loss] = []
        public var placeholder: String?
        /// `#rrggbb`.
        public var dominantColour: String?

        public init(
            path: String, format: String, width: Int, height: Int, bytes: Int, sha256: String, milliseconds: Double
        ) {
            self.path = path
            self.format = format
            self.width = width
            self.height = height
            self.bytes = bytes
            self.sha256 = sha256
            self.milliseconds = milliseconds
        }
    }

    /// Milliseconds of the last attempt's stages.
    public struct Timings: Sendable, Equatable {
        /// From the drop to the claim.
        public var queued: Double
        /// For a renderer, which other jobs had.
        public var waited: Double
        /// From the claim to the last rendition's last byte, without the wait for a renderer.
        public var rendered: Double
        /// From there until everything but the last rename was on the disk: the document cannot time its own.
        public var committed: Double

        public init(queued: Double, waited: Double, rendered: Double, committed: Double) {
            self.queued = queued
            self.waited = waited
            self.rendered = rendered
            self.committed = committed
        }
    }

    /// What the rendering took, as the kernel has counted it.
    public struct Usage: Sendable, Equatable {
        /// Bytes, of the process that rendered: what the libraries need included.
        public var peakMemory: Int
        /// Milliseconds of processor time, of all threads together.
        public var processor: Double

        public init(peakMemory: Int, processor: Double) {
            self.peakMemory = peakMemory
            self.processor = processor
        }
    }

    /// What a job that succeeded has made.
    public struct Success: Sendable, Equatable {
        public var input: InputImage
        /// In the order of the job.
        public var renditions: [RenditionImage]
        public var timings: Timings
        /// nil in documents of older versions.
        public var usage: Usage?

        public init(input: InputImage, renditions: [RenditionImage], timings: Timings, usage: Usage? = nil) {
            self.input = input
            self.renditions = renditions
            self.timings = timings
            self.usage = usage
        }
    }

    /// How far the attempt under way is.
    public struct Progress: Sendable, Equatable {
        /// Renditions that are complete.
        public var renditions: Int
        /// All that the job asks for.
        public var total: Int
        /// Of the pixels of the next rendition that its encoder has taken, from 0 to 100.
        public var percent: Int

        /// Of all renditions, as if each took as long as the others.
        public var overall: Int { total > 0 ? (renditions * 100 + percent) / total : 0 }

        public init(renditions: Int, total: Int, percent: Int) {
            self.renditions = renditions
            self.total = total
            self.percent = percent
        }
    }

    /// Where the job is on its way, with what is known there and only there.
    public enum State: Sendable, Equatable {
        /// With nil until the attempt has run for some seconds.
        case processing(Progress?)
        /// The job waits for its next attempt; because of an error, unless it asks for the time itself or its worker was
        /// stopped.
        case retry(at: Date, because: JobError?)
        case done(Success, at: Date)
        case failed(JobError, at: Date)
    }

    /// The job file's name; bytes that are no text are replaced.
    public var job: String
    /// Unique, and ordered in time.
    public var id: String
    public var state: State
    public var worker: Worker
    /// The number of the user whose file the job is; nil in documents of older versions.
    public var owner: Int?
    /// When the job file's content and place were last changed before the claim: the drop.
    public var submittedAt: Date
    public var claimedAt: Date
    public var attempts: [Attempt]
    /// How many of the attempts do not count any more, because the job was put back by hand after them.
    public var attemptsForgiven: Int
    /// The producer's own, untouched.
    public var metadata: JSONValue?

    public init(
        job: String, id: String, state: State, worker: Worker, owner: Int? = nil, submittedAt: Date, claimedAt: Date,
        attempts: [Attempt] = [], attemptsForgiven: Int = 0, metadata: JSONValue? = nil
    ) {
        self.job = job
        self.id = id
        self.state = state
        self.worker = worker
        self.owner = owner
        self.submittedAt = submittedAt
        self.claimedAt = claimedAt
        self.attempts = attempts
        self.attemptsForgiven = attemptsForgiven
        self.metadata = metadata
    }
}

extension ResultDocument.State {
    public var status: ResultDocument.Status {
        switch self {
        case .processing: .processing
        case .retry: .retry
        case .done: .done
        case .failed: .failed
        }
    }
}

extension ResultDocument {
    public var status: Status { state.status }

    /// nil unless the job succeeded.
    public var success: Success? {
        if case .done(let success, _) = state { success } else { nil }
    }

    /// nil unless a worker has the job, and has worked on it for some seconds.
    public var progress: Progress? {
        if case .processing(let progress) = state { progress } else { nil }
    }

    /// Empty unless the job succeeded.
    public var renditions: [RenditionImage] { success?.renditions ?? [] }

    /// Why the job failed, or waits for another attempt.
    public var error: JobError? {
        switch state {
        case .failed(let error, _): error
        case .retry(_, let error): error
        case .processing, .done: nil
        }
    }

    /// nil until the job is done or has failed.
    public var finishedAt: Date? {
        switch state {
        case .done(_, let time), .failed(_, let time): time
        case .processing, .retry: nil
        }
    }

    /// When the next attempt may begin; nil unless the job waits for it.
    public var retryAt: Date? {
        if case .retry(let time, _) = state { time } else { nil }
    }
}
