public import SpoolJob

/// What untrusted images may cost, checked before pixels are decoded.
public struct RenderLimits: Sendable, Equatable {
    /// Width times height of the source.
    public var inputPixels: Int
    /// Pages or frames of a source, used or not.
    public var inputPages: Int
    /// Scans of a JPEG.
    public var inputScans: Int
    /// Profiles, EXIF, texts and other metadata of a source, unpacked, in bytes.
    public var inputMetadataBytes: Int
    /// Width or height of a rendition.
    public var outputDimension: Int
    /// Pixels of all renditions of a job together, with all their frames.
    public var outputPixels: Int
    /// Pixels of one AVIF rendition: its encoder takes some hundred bytes and a microsecond for each.
    public var avifPixels: Int

    /// Sources of other formats are refused.
    package var inputFormats = SourceFormat.trusted

    public init(
        inputPixels: Int = 100_000_000, inputPages: Int = 10_000, inputScans: Int = 100,
        inputMetadataBytes: Int = 16 << 20, outputDimension: Int = 16_384, outputPixels: Int = 300_000_000,
        avifPixels: Int = 25_000_000
    ) {
        self.inputPixels = inputPixels
        self.inputPages = inputPages
        self.inputScans = inputScans
        self.inputMetadataBytes = inputMetadataBytes
        self.outputDimension = outputDimension
        self.outputPixels = outputPixels
        self.avifPixels = avifPixels
    }

    /// The names on the wire.
    private static let names: [(name: String, path: any WritableKeyPath<RenderLimits, Int> & Sendable)] = [
        ("inputPixels", \.inputPixels), ("inputPages", \.inputPages), ("inputScans", \.inputScans),
        ("inputMetadataBytes", \.inputMetadataBytes), ("outputDimension", \.outputDimension),
        ("outputPixels", \.outputPixels), ("avifPixels", \.avifPixels),
    ]

    var json: JSONValue {
        var object = JSONObject()
        for (name, path) in Self.names { object[name] = .number(self[keyPath: path]) }
        object["inputFormats"] = .array(inputFormats.map(\.rawValue).sorted().map { .string($0) })
        return .object(object)
    }

    /// - Returns: nil if one is missing.
    init?(json: JSONValue) {
        self.init()
        for (name, path) in Self.names {
            guard let value = json[name]?.int else { return nil }
            self[keyPath: path] = value
        }
        guard let formats = json["inputFormats"]?.array?.compactMap(\.string).compactMap(SourceFormat.init) else {
            return nil
        }
        inputFormats = Set(formats)
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
