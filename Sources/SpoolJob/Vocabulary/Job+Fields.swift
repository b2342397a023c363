extension Job: Blank {
    static let blank = Job(input: .blank, renditions: [])

    fileprivate static let renditionsKind = ListKind(
        element: Rendition.kind, count: 1...Job.maximumRenditions, names: (one: "rendition", several: "renditions"))

    static let kind = ObjectKind<Job>(
        "a job",
        [
            .required(
                "input", \.input, InputKind(),
                "the source image"),
            .derived(
                "renditions", \.renditions, Job.renditionsKind, default: "required, unless there is `srcset`",
                "the images to make, all from one decode, each with a path of its own", completion: .somethingIsMade),
            .sourceSet,
            .optional(
                "timeout", \.timeout, NumberKind(atLeast: Job.minimumTimeout), default: "the worker's",
                "seconds after which the worker stops the rendering; the worker's own limit applies too"),
            .optional(
                "maxAttempts", \.maxAttempts, WholeNumberKind(1...1000), default: "the worker's",
                "how often the job is tried; `1` fails it at once. The worker's own limit applies too"),
            .optional(
                "notBefore", \.notBefore, TimeKind(), default: "at once",
                "the job waits in `retry/` and is not begun before: see below"),
            .optional(
                "metadata", \.metadata, AnyKind(),
                "up to 256 KiB without indentation (`limits.metadata-bytes`); the result document returns it with the "
                    + "same digits and order of keys"),
        ],
        rules: [.renditionsAreFew, .pathsDiffer, .overlaysAreFew])
}

extension Field<Job> {
    /// Adds to the renditions, and is encoded with them.
    fileprivate static var sourceSet: Field {
        let kind = SourceSetKind()
        return Field(
            key: "srcset", meaning: "every width in every format, in addition to `renditions`: see below",
            isRequired: false,
            defaultValue: nil, shownDefault: "none", needs: kind.needs, schema: kind.schema,
            decode: { (json, place, job) throws(JobError) in job.renditions += try kind.decode(json, at: place) },
            encode: { _ in nil })
    }
}

extension Rule<Job> {
    fileprivate static let somethingIsMade = Rule(schema: [
        "$comment": "A job makes something.", "anyOf": [["required": ["renditions"]], ["required": ["srcset"]]],
    ]) { (object, place, _) throws(JobError) in
        guard object["renditions"] == nil, object["srcset"] == nil else { return }
        throw place.key("renditions").mistake("is missing; it takes \(Job.renditionsKind.needs)")
    }

    fileprivate static let renditionsAreFew = Rule(schema: nil) { (_, place, job) throws(JobError) in
        guard job.renditions.count > Job.maximumRenditions else { return }
        throw place.key("srcset").mistake(
            "makes \(job.renditions.count) renditions with those of \"renditions\", more than \(Job.maximumRenditions); split "
                + "the job")
    }
}

extension Rule<Job> {
    fileprivate static let pathsDiffer = Rule(schema: nil) { (_, place, job) throws(JobError) in
        let renditions = job.renditions
        for (index, rendition) in renditions.enumerated() {
            let earlier = renditions[..<index].firstIndex { $0.path.utf8.elementsEqual(rendition.path.utf8) }
            guard let earlier else { continue }
            throw place.key("renditions").element(index).key("path").mistake(
                "is the same as that of renditions[\(earlier)]; name two files")
        }
    }
}

extension Rule<Job> {
    fileprivate static let overlaysAreFew = Rule(schema: nil) { (_, place, job) throws(JobError) in
        let count = job.renditions.overlayInputs.count
        guard count > Overlay.mostInputs else { return }
        throw place.key("renditions").mistake(
            "name \(count) different overlays, more than \(Overlay.mostInputs); split the job")
    }
}

/// A path alone, or an object.
struct InputKind: ValueKind {
    private let path = PathKind()

    let needs = "a path, or an object with a path"

    var schema: JSONObject { JSONObject(["oneOf": [.object(path.schema), .object(Input.kind.schema)]]) }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Input {
        switch value {
        case .string: return Input(path: try path.decode(value, at: place))
        case .object: return try Input.kind.decode(value, at: place)
        default: throw place.wrong(value, needs: needs)
        }
    }

    func encode(_ value: Input) -> JSONValue {
        value == Input(path: value.path) ? path.encode(value.path) : Input.kind.encode(value)
    }
}

extension Input: Blank {
    static let blank = Input(path: "")

    static let kind = ObjectKind<Input>(
        "an input",
        [
            .required(
                "path", \.path, PathKind(),
                "relative to the input root (`input/` of the spool), or absolute inside a root that the operator allows"
            ),
            .defaulted(
                "autoOrient", \.autoOrient, FlagKind(),
                "turn the image as its EXIF orientation says; `width` and `height` refer to the turned image"),
            .defaulted(
                "failOn", \.failOn, ChoiceKind(),
                "which damage fails the job; each value includes those before it"),
            .defaulted(
                "page", \.page, WholeNumberKind(0...100_000), "the page of a document or the frame of an animation"),
            .optional(
                "pages", \.pages, WholeNumberKind(1...100_000), default: "all",
                "how many pages or frames an `animated` rendition has, from `page` on"),
            .defaulted(
                "density", \.density, NumberKind(atLeast: 1, atMost: 10_000),
                "pixels an inch at which SVG and PDF are drawn; other formats have pixels of their own"),
            .defaulted("ignoreIcc", \.ignoreIcc, FlagKind(), "take the pixels for sRGB, whatever their profile says"),
            .optional(
                "sha256", \.sha256, DigestKind(), default: "any",
                "what the file must be; another one fails the job with `input_mismatch`"),
        ])
}
