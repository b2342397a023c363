package import SpoolSystem

/// Why a job failed, in the words of the result document.
public struct JobError: Error, Sendable, Equatable, Codable {
    /// For programs.
    public var code: ErrorCode
    /// For people: what was wrong, where, and what to do. Characters that are not seen are escaped, and it has at most
    /// ``maximumMessageBytes``.
    public let message: String
    /// Whether the same job can succeed later without a change to it.
    public var retryable: Bool
    /// What failed because this process lacked descriptors or memory, which is no job's fault. No part of a document.
    package private(set) var starvation: SystemFailure?

    /// Bytes of UTF-8. Messages quote what producers and image files hold, and a result keeps one an attempt.
    public static let maximumMessageBytes = 1024

    private enum CodingKeys: CodingKey {
        case code, message, retryable
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(ErrorCode.self, forKey: .code), try container.decode(String.self, forKey: .message),
            retryable: try container.decode(Bool.self, forKey: .retryable))
    }

    /// For want of descriptors or memory.
    /// - Parameter subject: what could not be had: "rendition a.png".
    package static func starved(_ subject: String, _ failure: SystemFailure) -> JobError {
        var error = JobError(.storageFull, "\(subject): \(failure)")
        error.starvation = failure
        return error
    }

    public init(_ code: ErrorCode, _ message: String, retryable: Bool? = nil) {
        self.code = code
        // Twice: an escape is longer than its character.
        self.message = message.shortened(to: Self.maximumMessageBytes).escapingControls
            .shortened(to: Self.maximumMessageBytes)
        self.retryable = retryable ?? code.isRetryable
    }
}

/// Everything that can fail a job. A new version may add codes but never changes a meaning; a code of a newer version is
/// read, and written again as it is.
public struct ErrorCode: RawRepresentable, Sendable, Hashable, Codable, CaseIterable {
    /// As it stands in a result document: `input_not_found`.
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    // The job file
    /// The job's name belongs to a folder, a pipe, a symbolic link or a device.
    public static let jobNotAFile = ErrorCode(rawValue: "job_not_a_file")
    /// The worker may not read the job file.
    public static let jobUnreadable = ErrorCode(rawValue: "job_unreadable")
    /// The job file belongs to a user whose jobs the operator does not take.
    public static let jobOwnerNotAllowed = ErrorCode(rawValue: "job_owner_not_allowed")
    /// The job file or its metadata is larger than the worker accepts, or its result would be.
    public static let jobTooLarge = ErrorCode(rawValue: "job_too_large")
    /// The name leaves no room for the result document's.
    public static let jobNameTooLong = ErrorCode(rawValue: "job_name_too_long")
    /// The job file is no JSON; the message has line and column.
    public static let jobSyntax = ErrorCode(rawValue: "job_syntax")
    /// The JSON is no job: an unknown key, a wrong type, a value out of range; the message has the JSON path.
    public static let jobInvalid = ErrorCode(rawValue: "job_invalid")
    /// The result document with the job's earlier attempts cannot be read; the message says where it is kept.
    public static let historyUnreadable = ErrorCode(rawValue: "history_unreadable")

    /// An operator has cancelled the job.
    public static let cancelled = ErrorCode(rawValue: "cancelled")

    // The source image
    /// There is no file at the input path.
    public static let inputNotFound = ErrorCode(rawValue: "input_not_found")
    /// The input path lies outside the allowed roots, or leads out of them.
    public static let inputNotAllowed = ErrorCode(rawValue: "input_not_allowed")
    /// The input is a folder, a pipe or a device.
    public static let inputNotAFile = ErrorCode(rawValue: "input_not_a_file")
    /// The worker may not read the input.
    public static let inputUnreadable = ErrorCode(rawValue: "input_unreadable")
    /// The input changed while it was read.
    public static let inputChanged = ErrorCode(rawValue: "input_changed")
    /// The file is larger than the limit on input bytes.
    public static let inputTooLarge = ErrorCode(rawValue: "input_too_large")
    /// The image has more pixels than the limit.
    public static let inputTooManyPixels = ErrorCode(rawValue: "input_too_many_pixels")
    /// The image has more pages or frames than the limit.
    public static let inputTooManyPages = ErrorCode(rawValue: "input_too_many_pages")
    /// The JPEG has more scans than the limit.
    public static let inputTooManyScans = ErrorCode(rawValue: "input_too_many_scans")
    /// The image has more metadata, unpacked, than the limit.
    public static let inputMetadataTooLarge = ErrorCode(rawValue: "input_metadata_too_large")
    /// The image is made of more parts, or of parts within parts, than any real one; the message says which.
    public static let inputTooComplex = ErrorCode(rawValue: "input_too_complex")
    /// The file is of no image format that the worker reads.
    public static let inputUnsupported = ErrorCode(rawValue: "input_unsupported")
    /// The image is truncated or damaged, beyond what `failOn` lets pass.
    public static let inputCorrupt = ErrorCode(rawValue: "input_corrupt")
    /// The file's SHA-256 is not the one that the job names.
    public static let inputMismatch = ErrorCode(rawValue: "input_mismatch")

    // The renditions
    /// A rendition's path lies outside the allowed roots, or leads out of them.
    public static let outputNotAllowed = ErrorCode(rawValue: "output_not_allowed")
    /// A rendition cannot be written where the job wants it.
    public static let outputNotWritable = ErrorCode(rawValue: "output_not_writable")
    /// A file is where a rendition that must not replace one would be.
    public static let outputExists = ErrorCode(rawValue: "output_exists")
    /// A rendition would replace the job's own source.
    public static let outputIsInput = ErrorCode(rawValue: "output_is_input")
    /// A rendition would be larger than the limit on output dimensions, or all together than that on output pixels.
    public static let outputTooLarge = ErrorCode(rawValue: "output_too_large")
    /// A rendition would lose something of its source that the job forbids to lose.
    public static let lossForbidden = ErrorCode(rawValue: "loss_forbidden")
    /// The installed libvips or libheif cannot do what the job asks for.
    public static let optionUnsupported = ErrorCode(rawValue: "option_unsupported")

    // The work
    /// The renderer could not finish the image; the message has libvips' own words.
    public static let renderFailed = ErrorCode(rawValue: "render_failed")
    /// The rendering took longer than the job's timeout.
    public static let renderTimeout = ErrorCode(rawValue: "render_timeout")
    /// The rendering needs more memory than the limit on a job's.
    public static let memoryExceeded = ErrorCode(rawValue: "memory_exceeded")
    /// The renderer process ended in the middle of the job; the message has the signal.
    public static let rendererDied = ErrorCode(rawValue: "renderer_died")
    /// The renderer lacked memory, threads or something else of the machine that it runs on.
    public static let resourcesExhausted = ErrorCode(rawValue: "resources_exhausted")
    /// The whole worker ended in the middle of the job, as often as attempts are allowed.
    public static let workerDied = ErrorCode(rawValue: "worker_died")
    /// No space or no inodes are left.
    public static let storageFull = ErrorCode(rawValue: "storage_full")
    /// The file system answered with an error.
    public static let storageFailed = ErrorCode(rawValue: "storage_failed")

    /// The codes that this version knows.
    public static let allCases: [ErrorCode] = [
        .jobNotAFile, .jobUnreadable, .jobOwnerNotAllowed, .jobTooLarge, .jobNameTooLong, .jobSyntax, .jobInvalid,
        .historyUnreadable,
        .cancelled,
        .inputNotFound, .inputNotAllowed, .inputNotAFile, .inputUnreadable, .inputChanged, .inputTooLarge,
        .inputTooManyPixels, .inputTooManyPages, .inputTooManyScans, .inputMetadataTooLarge, .inputTooComplex,
        .inputUnsupported, .inputCorrupt, .inputMismatch, .outputNotAllowed, .outputNotWritable, .outputExists,
        .outputIsInput,
        .outputTooLarge, .lossForbidden, .optionUnsupported, .renderFailed, .renderTimeout, .memoryExceeded,
        .rendererDied, .resourcesExhausted,
        .workerDied, .storageFull, .storageFailed,
    ]

    /// Whether the cause can pass by itself; false for a code of a newer version.
    public var isRetryable: Bool {
        switch self {
        case .inputNotFound, .inputUnreadable, .inputChanged, .rendererDied, .renderTimeout, .resourcesExhausted,
            .workerDied, .storageFull, .storageFailed:
            true
        default: false
        }
    }
}
