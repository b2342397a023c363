public import SpoolJob

/// What untrusted images may cost, checked on the header before pixels are decoded.
public struct RenderLimits: Sendable, Equatable {
    /// Width times height of the source.
    public var inputPixels: Int
    /// Width or height of a rendition.
    public var outputDimension: Int

    public init(inputPixels: Int = 100_000_000, outputDimension: Int = 16_384) {
        self.inputPixels = inputPixels
        self.outputDimension = outputDimension
    }
}

extension RenderLimits {
    /// Refuses renditions that are too large whatever their source is. The others are only known when its header has
    /// been read.
    /// - Throws: ``ErrorCode/outputTooLarge``
    public func check(_ renditions: [Rendition]) throws(JobError) {
        for (index, rendition) in renditions.enumerated() where rendition.hasCertainSides {
            for (key, value) in [("width", rendition.pixelWidth), ("height", rendition.pixelHeight)] {
                guard let value, value > outputDimension else { continue }
                let reason = rendition.dpr == 1 ? "" : " with \"dpr\""
                throw JobError(
                    .outputTooLarge,
                    "renditions[\(index)].\(key) is \(value)\(reason), more than the limit of \(outputDimension) "
                        + "(limits.output-dimension)")
            }
        }
    }
}

extension Rendition {
    /// Whether no source makes a rendition whose sides are shorter than the width and the height that it asks for.
    fileprivate var hasCertainSides: Bool {
        // What is cut afterwards may be small.
        if extractAfter != nil { return false }
        return switch fit {
        // Bars make up for what is missing.
        case .contain: true
        case .inside: !withoutEnlargement && (width == nil || height == nil)
        case .cover, .fill, .outside: !withoutEnlargement
        }
    }

    /// The sides that are asked for, in pixels of the file.
    package var pixelWidth: Int? { width.map(inPixels) }
    package var pixelHeight: Int? { height.map(inPixels) }

    private func inPixels(_ length: Int) -> Int { max(1, Int((Double(length) * dpr).rounded())) }
}
