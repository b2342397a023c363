public import SpoolJob

/// What the supervisor sends to a renderer. The source and the renditions' files travel beside it as descriptors, the
/// source first, then one file a rendition in the same order.
public struct RenderRequest: Sendable, Equatable, Codable {
    public var input: Input
    public var renditions: [Rendition]
    public var limits: RenderLimits

    public init(input: Input, renditions: [Rendition], limits: RenderLimits) {
        self.input = input
        self.renditions = renditions
        self.limits = limits
    }
}

/// What untrusted images may cost, checked on the header before pixels are decoded.
public struct RenderLimits: Sendable, Equatable, Codable {
    /// Width times height of the source.
    public var inputPixels: Int
    /// Width or height of a rendition.
    public var outputDimension: Int

    public init(inputPixels: Int = 100_000_000, outputDimension: Int = 16_384) {
        self.inputPixels = inputPixels
        self.outputDimension = outputDimension
    }
}

/// What a renderer answers.
public enum RenderReply: Sendable, Equatable, Codable {
    case rendered(RenderedJob)
    case failed(JobError)
}

/// A job whose renditions are all written.
public struct RenderedJob: Sendable, Equatable, Codable {
    public var input: RenderedInput
    /// In the order of the request.
    public var renditions: [RenderedImage]
}

/// What the source turned out to be.
public struct RenderedInput: Sendable, Equatable, Codable {
    /// The format's usual name, `jpeg`; sources may have formats that renditions cannot.
    public var format: String
    /// Pixels, as stored: before EXIF orientation.
    public var width, height: Int
    /// Frames of an animation, pages of a document.
    public var pages: Int
    public var bytes: Int
    /// Hexadecimal.
    public var sha256: String
}

/// What a rendition turned out to be.
public struct RenderedImage: Sendable, Equatable, Codable {
    public var width, height: Int
    public var bytes: Int
    /// Hexadecimal.
    public var sha256: String
    /// What making it took.
    public var milliseconds: Double
}
