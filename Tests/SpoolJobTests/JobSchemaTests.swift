import FoundationEssentials
import SpoolJob
import Testing

@Suite struct `The schema of jobs` {
    let schema: JSONValue

    init() throws { schema = try JSONValue(parsing: Job.schema.utf8) }

    private func rendition(_ key: String) -> JSONValue? { schema["$defs"]?["rendition"]?["properties"]?[key] }

    private func texts(_ value: JSONValue?) -> Set<String> { Set(value?.array?.compactMap(\.string) ?? []) }

    @Test func `names every value that the decoder knows`() {
        #expect(texts(rendition("format")?["enum"]) == Set(ImageFormat.allCases.map(\.rawValue)))
        #expect(texts(rendition("fit")?["enum"]) == Set(Fit.allCases.map(\.rawValue)))
        let positions = texts(rendition("position")?["oneOf"]?[0]?["enum"])
        #expect(positions.isSuperset(of: ["centre", "left top", "attention"]))
        let input = schema["properties"]?["input"]?["oneOf"]?[1]?["properties"]
        #expect(texts(input?["failOn"]?["enum"]) == Set(FailOn.allCases.map(\.rawValue)))
    }

    /// Each valid value of the schema makes a job, and nothing that the schema does not name does.
    @Test func `lists the decoder's keys and no others`() throws {
        let samples: [String: String] = [
            "withoutReduction": "true", "rotate": "-90", "flip": "true", "flop": "true", "greyscale": "true",
            "median": "5", "threshold": "true",
            "blur": "0.5", "modulate": #"{"hue": 9}"#,
            "sharpen": #"{"sigma": 1}"#, "linear": #"{"a": 2}"#, "negate": "true", "path": #""a.jpg""#,
            "format": #""jpeg""#, "width": "1", "height": "1", "fit": #""cover""#,
            "position": #""north""#, "background": #""white""#, "withoutEnlargement": "true", "quality": "50",
            "dpr": "2", "kernel": #""cubic""#, "fastShrinkOnLoad": "false", "trim": #"{"margin": 3}"#,
            "extract": #"{"left": 0, "top": 0, "width": 1, "height": 1}"#, "gamma": "true", "flatten": "true",
            "extractAfter": #"{"left": 0, "top": 0, "width": 1, "height": 1}"#, "extend": #"{"top": 1}"#,
            "gammaOut": "1.5", "normalise": "true", "clahe": #"{"width": 9, "height": 9}"#, "tint": #""red""#,
            "removeAlpha": "true", "ensureAlpha": "0.5", "keep": #"["exif", "icc"]"#, "withoutGps": "false",
            "ifLarger": #""copy""#, "maxBytes": "1000", "forbidLoss": #"["alpha"]"#, "placeholder": #""lqip""#,
            "dominantColour": "true", "overwrite": "false",
            "animated": "true", "composite": #"[{"input": "a.png"}]"#, "colourspace": #""p3""#, "density": "300",
            "jpeg": #"{"progressive": true}"#, "png": #"{"colours": 9}"#, "webp": #"{"lossless": true}"#,
            "gif": #"{"effort": 1}"#, "tiff": #"{"compression": "lzw"}"#, "avif": #"{"bitdepth": 10}"#,
            "jxl": #"{"distance": 2}"#, "jp2": #"{"tileWidth": 64}"#,
        ]
        let keys = schema["$defs"]?["rendition"]?["properties"]?.object?.members.map(\.key) ?? []
        #expect(Set(keys) == Set(samples.keys))
        for (key, sample) in samples {
            _ = try Job(json: Self.job(with: JSONValue(parsing: sample.utf8), for: key, of: "rendition"))
        }
        for position in texts(rendition("position")?["oneOf"]?[0]?["enum"]) {
            let text = #"{"input": "a", "renditions": [{"path": "a.jpg", "position": "\#(position)"}]}"#
            _ = try Job(json: JSONValue(parsing: text.utf8))
        }
    }

    @Test func `has the decoder's limits`() {
        #expect(schema["properties"]?["renditions"]?["maxItems"]?.int == Job.maximumRenditions)
        #expect(rendition("width")?["maximum"]?.int == 65_535)
        #expect(schema["additionalProperties"]?.bool == false)
    }

    /// Of each key: the values that its schema offers, and jobs with it.
    @Test func `offers values that decode, and that come back from the encoder`() throws {
        let validator = SchemaValidator(root: schema)
        for (place, key) in [("rendition", rendition), ("input", input)] as [(String, (String) -> JSONValue?)] {
            let keys = (place == "input" ? inputSchema : schema["$defs"]?["rendition"])?["properties"]?.object?.members
            for name in try #require(keys).map(\.key) {
                // Some values exclude each other.
                let offered = try #require(key(name)).offeredValues.filter {
                    validator.accepts(Self.job(with: $0, for: name, of: place))
                }
                #expect(!offered.isEmpty, "\(name)")
                for value in offered {
                    let json = Self.job(with: value, for: name, of: place)
                    let error = decodingError(of: json)
                    if let error, Self.beyondSchema.contains(where: error.message.contains) { continue }
                    let job = try Job(json: json)
                    #expect(try Job(json: job.json) == job, "\(name): \(value.text())")
                }
            }
        }
    }

    @Test func `has the decoder's defaults, and the encoder leaves them out`() throws {
        var defaults = 0
        for (place, key) in [("rendition", rendition), ("input", input)] as [(String, (String) -> JSONValue?)] {
            let keys = (place == "input" ? inputSchema : schema["$defs"]?["rendition"])?["properties"]?.object?.members
            for name in try #require(keys).map(\.key) {
                guard let value = key(name)?["default"] else { continue }
                defaults += 1
                let job = try Job(json: Self.job(with: value, for: name, of: place))
                #expect(try job == Job(json: Self.job(with: nil, for: name, of: place)), "\(name)")
                #expect(!job.json.text().contains("\"\(name)\""))
            }
        }
        #expect(defaults == 28)
    }

    private var inputSchema: JSONValue? { schema["properties"]?["input"]?["oneOf"]?[1] }
    private func input(_ key: String) -> JSONValue? { inputSchema?["properties"]?[key] }

    private static func job(with value: JSONValue?, for key: String, of place: String) -> JSONValue {
        var input = JSONObject(["path": "a"])
        var rendition = JSONObject(["path": "a.jpg"])
        // Some need a format, or another key.
        if let format = ImageFormat(rawValue: key) { rendition["path"] = .string("a.\(format.extensions[0])") }
        if key == "ensureAlpha" { rendition["path"] = "a.png" }
        if key == "animated" { rendition["path"] = "a.gif" }
        if key == "gammaOut" { rendition["gamma"] = true }
        if place == "input" { input[key] = value } else { rendition[key] = value }
        return ["input": .object(input), "renditions": [.object(rendition)]]
    }

    @Test func `is not taken for right when a pattern is wrong`() throws {
        let job: JSONValue = ["input": "a.jpg", "renditions": [["path": "b.png"]]]
        #expect(SchemaValidator(root: schema).accepts(job))
        for (pattern, wrong) in [(#"[^/\\u0000]$"#, "[^g]$"), (#"\\.[sS][pP][oO][oO][lL]-"#, "b")] {
            let text = Job.schema.replacing(pattern, with: wrong)
            #expect(text != Job.schema)
            #expect(try !SchemaValidator(root: JSONValue(parsing: text.utf8)).accepts(job))
        }
    }

    /// What the schema cannot say, as docs/job-format.md tells.
    private static let beyondSchema = [
        "is the same as that of", "which must be less than", "srcset.options", "names one file for several",
        "its month does not have", "by UTC",
    ]

    /// One change to a valid job at a time; schema and decoder must agree on each.
    @Test func `agrees with the decoder on every job with one thing changed`() throws {
        let whole = try JSONValue(
            parsing: #"""
                {"input": {"path": "a.png", "autoOrient": false, "failOn": "none", "page": 3, "pages": 2, "density": 300, "ignoreIcc": true,
                   "sha256": "0123456789abcdefABCDEF00112233445566778899aabbccddeeff0011223344"}, "timeout": 2, "maxAttempts": 4,
                 "notBefore": "2026-01-31T09:30:00.5+01:00", "metadata": [1],
                 "renditions": [{"path": "x.jpg", "format": "jpeg", "width": 1, "height": 2, "fit": "cover",
                   "position": "top", "background": {"r": 1, "g": 2, "b": 3, "alpha": 0.5},
                   "withoutEnlargement": true, "withoutReduction": true, "quality": 5, "rotate": 90, "flip": true, "flop": true, "greyscale": true, "median": 5, "threshold": 99,
                   "blur": 2.5, "modulate": {"brightness": 1.5, "hue": -90}, "sharpen": {"sigma": 1, "m1": 0.5},
                   "linear": {"a": 2, "b": -10}, "negate": {"alpha": false}, "dpr": 1.5, "kernel": "cubic",
                   "trim": {"background": "red", "threshold": 5, "margin": 2}, "gamma": 2, "gammaOut": 3,
                   "extract": {"left": 1, "top": 2, "width": 30, "height": 40}, "flatten": true,
                   "extend": {"top": 1, "extendWith": "mirror"}, "normalise": {"lower": 2}, "tint": "teal",
                   "clahe": {"width": 3, "height": 4, "maxSlope": 5}, "removeAlpha": true,
                   "keep": ["icc", "copyright"], "withoutGps": false, "colourspace": "p3", "density": 72.5,
                   "maxBytes": 1000, "forbidLoss": ["exif.gps"], "ifLarger": "copy", "placeholder": "lqip", "dominantColour": true, "overwrite": false}]}
                """#.utf8)
        let byExtension = try JSONValue(
            parsing: #"{"input": "a", "renditions": [{"path": "x.jpg", "position": "top", "quality": 5}]}"#.utf8)
        let options =
            try [
                #""x.jpg", "jpeg": {"progressive": true, "chromaSubsampling": "4:4:4", "mozjpeg": true, "quantisationTable": 3}"#,
                #""x.png", "composite": [{"input": "o.png", "blend": "add", "left": 1, "top": -2, "tile": true, "opacity": 0.5}]"#,
                #""x.png", "composite": [{"input": "o.png", "gravity": "south", "scale": 0.1}]"#,
                #""x.webp", "animated": true, "position": "north", "webp": {"loop": 2, "delay": [10, 20], "mixed": true}"#,
                #""x.gif", "animated": true, "gif": {"delay": 5, "interFrameMaxError": 3, "interPaletteMaxError": 0}"#,
                #""x.png", "ensureAlpha": 0.5, "position": {"x": 0.25, "y": 1}, "rotate": 12.5"#,
                #""x.png", "png": {"progressive": true, "palette": true, "quality": 50, "colours": 16, "dither": 0.5}"#,
                #""x.webp", "webp": {"alphaQuality": 50, "nearLossless": true, "preset": "text", "effort": 6}"#,
                #""x.gif", "gif": {"progressive": true, "reuse": false, "colours": 16, "effort": 3, "dither": 0}"#,
                #""x.tif", "tiff": {"compression": "lzw", "predictor": "none", "tile": true, "tileWidth": 64, "xres": 2.5}"#,
                #""x.tif", "tiff": {"compression": "ccittfax4", "bitdepth": 1}"#,
                #""x.tif", "quality": 3, "tiff": {"compression": "webp", "bitdepth": 8}"#,
                #""x.avif", "avif": {"lossless": true, "effort": 9, "chromaSubsampling": "4:2:0", "bitdepth": 12}"#,
                #""x.jxl", "jxl": {"distance": 2.5, "lossless": true, "effort": 3, "decodingTier": 4}"#,
                #""x.JP2", "quality": 3, "jp2": {"lossless": true, "tileWidth": 64, "chromaSubsampling": "4:2:0"}"#,
            ].map { try JSONValue(parsing: #"{"input": "a", "renditions": [{"path": \#($0)}]}"#.utf8) } + [
                JSONValue(
                    parsing: #"""
                        {"input": "a", "srcset": {"widths": [320, 640], "formats": ["webp", "jpeg"], "path": "{width}.{format}",
                         "options": {"fit": "inside", "quality": 60}}}
                        """#.utf8)
            ]
        let validator = SchemaValidator(root: schema)
        for job in [whole, byExtension] + options {
            #expect(validator.accepts(job) && decodingError(of: job) == nil, "\(job.text(indented: false))")
        }
        var refused = 0
        for changed in ([whole, byExtension] + options).flatMap(\.everyChange) {
            let error = decodingError(of: changed)
            if let error, Self.beyondSchema.contains(where: error.message.contains) { continue }
            #expect(
                validator.accepts(changed) == (error == nil),
                "\(changed.text(indented: false)): \(error?.message ?? "")")
            if error != nil { refused += 1 }
        }
        #expect(refused > 100)
    }

    @Test func `knows the names of all colours and the extensions of all formats`() throws {
        let validator = SchemaValidator(root: schema)
        func rendition(_ member: String) throws -> JSONValue {
            try JSONValue(parsing: #"{"input": "a", "renditions": [{\#(member)}]}"#.utf8)
        }
        for name in Colour.names.keys {
            #expect(try validator.accepts(rendition(#""path": "a.jpg", "background": "\#(name)""#)), "\(name)")
        }
        for format in ImageFormat.allCases {
            for ending in format.extensions {
                #expect(try validator.accepts(rendition(#""path": "a.\#(ending)""#)), "\(ending)")
            }
        }
    }

    private func decodingError(of json: JSONValue) -> JobError? {
        do {
            _ = try Job(json: json)
            return nil
        } catch {
            return error
        }
    }
}

extension JSONValue {
    /// The value with each member or element replaced by each of some others, removed, or joined by a stranger.
    fileprivate var everyChange: [JSONValue] {
        let others: [JSONValue] = [
            .null, true, false, 0, -1, 1, 8, 12, 50, 101, 256, 65_536, .number("1.5"), .number("1e30"), .number("0.1"),
            .number("0.09"), "", "cover", "png", "north", "x/", "a\u{0}.png", ".spool-a.png", "a/.SPOOL-b/c.png",
            "a.spool-b.png", "a\n.png", "warning", "attention", "contain", "a.webp", "a.PNG", "a.JPeg", "a.xyz",
            "dir.png/a", ".gif", "2026-02-29T00:00:00Z", "2028-02-29T23:59:59z", "2026-01-31T24:00:00Z",
            "2026-01-31T09:30:00",
            "2026-01-31t09:30:00.123456789-23:59", "2026-01-31 09:30:00Z", "2026-01-31T09:30:00.Z",
            "2026-01-31T09:30:60Z",
            "1969-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-31T09:30:00+24:00",
            "2026-01-31T09:30:00Zx", "2026-01-31", "a\u{0}b.jpg", "#fff", "#ffff", "#fffff", "#fffffff", "#fffffff0",
            "teal", "jpeg",
            "none", "4:2:0", .string(String(repeating: "ü", count: 4092) + ".png"),
            .string(String(repeating: "ü", count: 4093) + ".png"), [], ["x"],
            [:], ["path": "b.png"], ["path": "b.png", "quality": 5],
            ["path": "b.jpg", "fit": "fill", "position": "entropy"], ["r": 300], ["alpha": 2],
        ]
        switch self {
        case .object(let object):
            var changes: [JSONValue] = []
            for member in object.members {
                for replacement in others + member.value.everyChange {
                    var changed = object
                    changed[member.key] = replacement
                    changes.append(.object(changed))
                }
                var without = object
                without[member.key] = nil
                changes.append(.object(without))
            }
            var more = object
            more["stranger"] = 1
            return changes + [.object(more)]
        case .array(let elements):
            return elements.indices.flatMap { index in
                (others + elements[index].everyChange).map { replacement in
                    var changed = elements
                    changed[index] = replacement
                    return .array(changed)
                }
            }
        default: return []
        }
    }
}

extension JSONValue {
    /// Values that this schema of one key allows: all names, both truths, the limits of a range, a path.
    fileprivate var offeredValues: [JSONValue] {
        if let names = self["enum"]?.array { return names }
        if let only = self["const"] { return [only] }
        if let alternatives = self["oneOf"]?.array { return alternatives.flatMap(\.offeredValues) }
        switch self["type"]?.string {
        case "boolean": return [true, false]
        case "integer", "number": return [self["minimum"], self["maximum"]].compactMap(\.self)
        case "object":
            let members = self["properties"]?.object?.members ?? []
            // All keys, so that none lacks another that it needs; each takes each of its values.
            let whole = JSONObject(
                members.compactMap { member in
                    member.value.offeredValues.first.map { JSONObject.Member(key: member.key, value: $0) }
                })
            return members.flatMap { member in
                member.value.offeredValues.map { value in
                    var object = whole
                    object[member.key] = value
                    return .object(object)
                }
            }
        case "array":
            let items = self["items"]?.offeredValues ?? []
            return [[], .array(items)]
        case "string" where self["pattern"]?.string?.contains("{64}") == true:
            return [.string(String(repeating: "0a", count: 32))]
        case "string": return [self["pattern"]?.string?.hasPrefix("^#") == true ? "#1234" : "b.jpg"]
        default: return []
        }
    }
}
