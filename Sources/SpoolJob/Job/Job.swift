public import FoundationEssentials

/// What a producer asks for: one source image, one or more renditions of it.
///
/// A job file is one JSON object; ``Job/init(json:)`` reads it strictly, `spool-worker schema` prints its JSON Schema.
public struct Job: Sendable, Equatable {
    /// The source image and how to read it.
    public var input: Input
    /// What to make of it: at least one, at most ``maximumRenditions``, each at a path of its own.
    public var renditions: [Rendition]
    /// Seconds after which the rendering is stopped, at least ``minimumTimeout``; nil for the worker's own limit, which
    /// it cannot exceed.
    public var timeout: Double?
    /// How often the job is tried, from 1 on; nil for the worker's own limit, which it cannot exceed.
    public var maxAttempts: Int?
    /// The worker does not begin the job before that time, to the millisecond, by its own clock; nil for at once.
    public var notBefore: Date?
    /// The producer's own data, echoed in the result document: at most 256 kB of JSON without indentation, unless the
    /// operator allows another size.
    public var metadata: JSONValue?

    /// Every rendition travels to the renderer as an open file, and a message carries 253 of them.
    public static let maximumRenditions = 100

    /// Seconds. A renderer that is stopped is started anew, which takes about as long.
    public static let minimumTimeout = 0.1

    public init(
        input: Input, renditions: [Rendition], timeout: Double? = nil, maxAttempts: Int? = nil,
        notBefore: Date? = nil, metadata: JSONValue? = nil
    ) {
        self.input = input
        self.renditions = renditions
        self.timeout = timeout
        self.maxAttempts = maxAttempts
        self.notBefore = notBefore
        self.metadata = metadata
    }
}

/// The source image of a job.
public struct Input: Sendable, Equatable {
    /// Relative to the spool's input root, or absolute inside a root that the operator allows.
    public var path: String
    /// Turn the image the way its EXIF orientation says, before anything else.
    public var autoOrient: Bool
    /// How bad a source may be before it is an error.
    public var failOn: FailOn

    /// The page of a document or the frame of an animation, from 0.
    public var page = 0
    /// How many pages or frames animated renditions have, from ``page`` on; nil for all.
    public var pages: Int?
    /// Pixels an inch at which SVG and PDF are drawn.
    public var density = 72.0
    /// Takes the numbers of the pixels for sRGB, whatever the image's profile says.
    public var ignoreIcc = false
    /// What the file's SHA-256 must be, in small hexadecimal digits.
    public var sha256: String?

    public init(path: String, autoOrient: Bool = true, failOn: FailOn = .warning) {
        self.path = path
        self.autoOrient = autoOrient
        self.failOn = failOn
    }
}

/// The severity from which a flaw in the source fails the job; each level includes those before it.
public enum FailOn: String, Sendable, Equatable, CaseIterable {
    /// Never: render whatever can be decoded, grey where nothing is left.
    case none
    /// A source that ends too early.
    case truncated
    /// A source that is broken in a way the decoder cannot mend.
    case error
    /// Anything the decoder complains about.
    case warning
}
