/// Why a job failed, in the words of the result document.
public struct JobError: Error, Sendable, Equatable, Codable {
    /// One of a closed list, for programs.
    public var code: ErrorCode
    /// For people: what was wrong, where, and what to do.
    public var message: String
    /// Whether the same job can succeed later without a change to it.
    public var retryable: Bool
    /// Whether this process lacked descriptors or memory, which is no job's fault. No part of a document.
    package private(set) var isStarved = false

    private enum CodingKeys: CodingKey {
        case code, message, retryable
    }

    /// For want of descriptors or memory.
    package static func starved(_ message: String) -> JobError {
        var error = JobError(.storageFull, message)
        error.isStarved = true
        return error
    }

    public init(_ code: ErrorCode, _ message: String, retryable: Bool? = nil) {
        self.code = code
        self.message = message
        self.retryable = retryable ?? code.isRetryable
    }
}

/// Everything that can fail a job. The list is closed: a new version may add codes but never changes a meaning.
public enum ErrorCode: String, Sendable, Equatable, Codable, CaseIterable {
    // The job file
    /// The job's name belongs to a folder, a pipe, a symbolic link or a device.
    case jobNotAFile = "job_not_a_file"
    /// The worker may not read the job file.
    case jobUnreadable = "job_unreadable"
    /// The job file is larger than the worker accepts.
    case jobTooLarge = "job_too_large"
    /// The name leaves no room for the result document's.
    case jobNameTooLong = "job_name_too_long"
    /// The job file is no JSON; the message has line and column.
    case jobSyntax = "job_syntax"
    /// The JSON is no job: an unknown key, a wrong type, a value out of range; the message has the JSON path.
    case jobInvalid = "job_invalid"

    // The source image
    /// There is no file at the input path.
    case inputNotFound = "input_not_found"
    /// The input path lies outside the allowed roots, or leads out of them.
    case inputNotAllowed = "input_not_allowed"
    /// The input is a folder, a pipe or a device.
    case inputNotAFile = "input_not_a_file"
    /// The worker may not read the input.
    case inputUnreadable = "input_unreadable"
    /// The input changed while it was read.
    case inputChanged = "input_changed"
    /// The file is larger than the limit on input bytes.
    case inputTooLarge = "input_too_large"
    /// The image has more pixels than the limit.
    case inputTooManyPixels = "input_too_many_pixels"
    /// The file is of no image format that the worker reads.
    case inputUnsupported = "input_unsupported"
    /// The image is truncated or damaged, beyond what `failOn` lets pass.
    case inputCorrupt = "input_corrupt"

    // The renditions
    /// A rendition's path lies outside the allowed roots, or leads out of them.
    case outputNotAllowed = "output_not_allowed"
    /// A rendition cannot be written where the job wants it.
    case outputNotWritable = "output_not_writable"
    /// A rendition would replace the job's own source.
    case outputIsInput = "output_is_input"
    /// A rendition would be larger than the limit on output dimensions.
    case outputTooLarge = "output_too_large"
    /// The installed libvips cannot do what the job asks for.
    case optionUnsupported = "option_unsupported"

    // The work
    /// The renderer could not finish the image; the message has libvips' own words.
    case renderFailed = "render_failed"
    /// The rendering took longer than the job's timeout.
    case renderTimeout = "render_timeout"
    /// The renderer process ended in the middle of the job; the message has the signal.
    case rendererDied = "renderer_died"
    /// The whole worker ended in the middle of the job, as often as attempts are allowed.
    case workerDied = "worker_died"
    /// No space or no inodes are left.
    case storageFull = "storage_full"
    /// The file system answered with an error.
    case storageFailed = "storage_failed"

    /// Whether the cause can pass by itself.
    public var isRetryable: Bool {
        switch self {
        case .inputNotFound, .inputUnreadable, .inputChanged, .rendererDied, .renderTimeout, .workerDied, .storageFull,
            .storageFailed:
            true
        default: false
        }
    }
}
