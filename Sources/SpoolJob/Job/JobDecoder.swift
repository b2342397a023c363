import SpoolSystem

extension Job {
    /// Reads a job strictly: every key must be known, every value of its type and range.
    /// - Throws: ``ErrorCode/jobInvalid`` with the JSON path of the first mistake.
    public init(json: JSONValue) throws(JobError) {
        let fields = try JobFields(json, at: "", named: "a job")
        try fields.allow(["input", "renditions", "timeout", "metadata"])
        input = try Input(fields)
        timeout = try fields.number("timeout", atLeast: Job.minimumTimeout)
        metadata = fields["metadata"]

        guard case .array(let elements)? = fields["renditions"] else {
            throw fields.wrong("renditions", needs: "an array of at least one rendition")
        }
        guard (1...Job.maximumRenditions).contains(elements.count) else {
            throw fields.mistake(
                at: "renditions", "takes 1 to \(Job.maximumRenditions) renditions, but this has \(elements.count)")
        }
        renditions = []
        for (index, element) in elements.enumerated() {
            renditions.append(
                try Rendition(JobFields(element, at: "renditions[\(index)]", named: "a rendition")))
        }
        for (index, rendition) in renditions.enumerated() {
            let earlier = renditions[..<index].firstIndex { $0.path.utf8.elementsEqual(rendition.path.utf8) }
            if let earlier {
                throw fields.mistake(
                    at: "renditions[\(index)].path", "is the same as that of renditions[\(earlier)]; name two files")
            }
        }
    }
}

extension Input {
    fileprivate init(_ job: JobFields) throws(JobError) {
        switch job["input"] {
        case .string?: self.init(path: try job.path("input"))
        case .object(let object)?:
            let fields = try JobFields(.object(object), at: "input", named: "an input")
            try fields.allow(["path", "autoOrient", "failOn"])
            self.init(
                path: try fields.path("path"), autoOrient: try fields.bool("autoOrient") ?? true,
                failOn: try fields.choice("failOn") ?? .warning)
        default: throw job.wrong("input", needs: "a path, or an object with a path")
        }
    }
}

extension Rendition {
    static let keys = [
        "path", "format", "width", "height", "fit", "position", "background", "withoutEnlargement", "quality",
    ]

    /// More pixels than any of the formats can store; the operator's own limit is checked before rendering.
    static let dimensions = 1...65_535

    fileprivate init(_ fields: JobFields) throws(JobError) {
        try fields.allow(Self.keys)
        let path = try fields.outputPath("path")
        let named: ImageFormat? = try fields.choice("format")
        let format = if let named { named } else { try fields.formatFromExtension(of: path) }
        self.init(
            path: path, format: format, width: try fields.integer("width", in: Self.dimensions),
            height: try fields.integer("height", in: Self.dimensions), fit: try fields.choice("fit") ?? .cover,
            position: try fields.choice("position", aliases: Position.aliases) ?? .centre,
            background: try fields.colour("background") ?? .black,
            withoutEnlargement: try fields.bool("withoutEnlargement") ?? false,
            quality: try fields.integer("quality", in: 1...100))
        if quality != nil && (format == .png || format == .gif) {
            throw fields.mistake(
                at: "quality", "has no meaning for \(format.rawValue), which is lossless; take it out")
        }
        if fit != .cover && (position == .entropy || position == .attention) {
            throw fields.mistake(
                at: "position", "\"\(position.rawValue)\" chooses a part to keep, so it needs the fit \"cover\"")
        }
    }
}

extension JobFields {
    fileprivate func formatFromExtension(of path: String) throws(JobError) -> ImageFormat {
        let name = path.split(separator: "/").last ?? ""
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let fileExtension = parts.count > 1 ? String(parts[parts.count - 1]) : ""
        if let format = ImageFormat(pathExtension: fileExtension) { return format }
        let known = ImageFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw mistake(
            at: "format",
            fileExtension.isEmpty
                ? "is missing, and the path has no extension to take it from; use one of \(known)"
                : "is missing, and the path's extension .\(fileExtension.shown) is of no known format; use one of \(known)"
        )
    }
}
