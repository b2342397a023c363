/// Every width in every format, as for the `srcset` of a web page: short for so many renditions.
struct SourceSetKind: ValueKind {
    private struct Pattern: Blank {
        var widths: [Int] = []
        var formats: [ImageFormat] = []
        var path = ""
        var options = JSONObject()

        static let blank = Pattern()

        static let kind = ObjectKind<Pattern>(
            "a set of renditions",
            [
                .required(
                    "widths", \.widths,
                    InlineListKind(element: WholeNumberKind(1...65_535), count: 1...50), "pixels of each size"),
                .required(
                    "formats", \.formats,
                    InlineListKind(
                        element: ChoiceKind<ImageFormat>(),
                        count: 1...ImageFormat.allCases.count),
                    "each size is made in each of them"),
                .required(
                    "path", \.path, PathKind(isOutput: true),
                    "of the renditions; `{width}` and `{format}` (the usual extension) are filled in"),
                .defaulted(
                    "options", \.options, OptionsKind(), "what else all of the renditions have, as in a rendition"),
            ])
    }

    /// The keys of a rendition but those that the set fills in.
    private struct OptionsKind: ValueKind {
        static let filled = ["path", "width", "format"]
        private static let fields = Rendition.kind.fields.filter { !filled.contains($0.key) }

        let needs = "an object with keys of a rendition"

        var schema: JSONObject {
            JSONObject([
                "type": "object", "additionalProperties": false,
                "properties": .object(
                    JSONObject(Self.fields.map { JSONObject.Member(key: $0.key, value: .object($0.schema)) })),
            ])
        }

        func decode(_ value: JSONValue, at place: Place) throws(JobError) -> JSONObject {
            guard case .object(let object) = value else { throw place.wrong(value, needs: needs) }
            if let key = Self.filled.first(where: { object[$0] != nil }) {
                throw place.key(key).mistake("is what the set fills in; take it out")
            }
            return object
        }

        func encode(_ value: JSONObject) -> JSONValue { .object(value) }
    }

    var needs: String { Pattern.kind.needs }
    var schema: JSONObject { Pattern.kind.schema }

    /// The renditions, the widths of the first format first.
    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> [Rendition] {
        let pattern = try Pattern.kind.decode(value, at: place)
        // Before they are made: each has a path of its own, and options.
        let count = pattern.widths.count * pattern.formats.count
        guard count <= Job.maximumRenditions else {
            throw place.mistake(
                "makes \(count) renditions, more than \(Job.maximumRenditions); use fewer widths or formats, or split the job"
            )
        }
        var renditions: [Rendition] = []
        for format in pattern.formats {
            for width in pattern.widths {
                var object = pattern.options
                object["path"] = .string(
                    pattern.path.replacing("{width}", with: "\(width)")
                        .replacing("{format}", with: format.extensions[0]))
                object["format"] = .string(format.rawValue)
                object["width"] = .number(width)
                renditions.append(try Rendition.kind.decode(.object(object), at: place.key("options")))
            }
        }
        guard Set(renditions.map { Array($0.path.utf8) }).count == renditions.count else {
            throw place.key("path").mistake("names one file for several renditions; use {width} and {format} in it")
        }
        return renditions
    }

    /// Renditions are encoded one by one.
    func encode(_ value: [Rendition]) -> JSONValue { .array(value.map(Rendition.kind.encode)) }

    static let table = KeyTable.table(of: Pattern.kind)
}
