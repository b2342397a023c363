public import SpoolJob

/// What a renderer answers.
public enum RenderReply: Sendable, Equatable {
    case rendered(RenderedJob)
    case failed(JobError)
}

/// A job whose renditions are all written.
public struct RenderedJob: Sendable, Equatable {
    public var input: RenderedInput
    /// In the order of the request.
    public var renditions: [RenderedImage]

    package init(
        input: RenderedInput, renditions: [RenderedImage]
    ) {
        self.input = input
        self.renditions = renditions
    }
}

/// What the source turned out to be.
public struct RenderedInput: Sendable, Equatable {
    /// The format's usual name, `jpeg`; sources may have formats that renditions cannot.
    public var format: String
    /// Pixels, as stored: before EXIF orientation.
    public var width, height: Int
    /// Frames of an animation, pages of a document.
    public var pages: Int
    public var bytes: Int
    /// Hexadecimal.
    public var sha256: String

    package init(
        format: String, width: Int, height: Int, pages: Int, bytes: Int, sha256: String
    ) {
        self.format = format
        self.width = width
        self.height = height
        self.pages = pages
        self.bytes = bytes
        self.sha256 = sha256
    }
}

/// What a rendition turned out to be.
public struct RenderedImage: Sendable, Equatable {
    public var width, height: Int
    public var bytes: Int
    /// Hexadecimal.
    public var sha256: String
    /// What making it took.
    public var milliseconds: Double
    /// What fitted, of a rendition with a limit on bytes.
    public var quality: Int?
    public var losses: [Loss] = []
    public var placeholder: String?
    /// `#rrggbb`.
    public var dominantColour: String?

    package init(
        width: Int, height: Int, bytes: Int, sha256: String, milliseconds: Double, quality: Int? = nil,
        losses: [Loss] = [], placeholder: String? = nil, dominantColour: String? = nil
    ) {
        self.width = width
        self.height = height
        self.bytes = bytes
        self.sha256 = sha256
        self.milliseconds = milliseconds
        self.quality = quality
        self.losses = losses
        self.placeholder = placeholder
        self.dominantColour = dominantColour
    }
}

/// What a renderer answers that was asked to explain.
public enum ExplainReply: Sendable, Equatable, Codable {
    case explained(PlanDescription)
    case failed(JobError)
}
