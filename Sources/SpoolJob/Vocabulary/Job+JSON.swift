extension Job {
    /// Reads a job strictly: every key must be known, every value of its type and range.
    /// - Throws: ``ErrorCode/jobInvalid`` with the JSON path of the first mistake.
    public init(json: JSONValue) throws(JobError) { self = try Self.kind.decode(json, at: .job) }

    /// The job as a producer writes it: only what differs from the defaults.
    public var json: JSONValue { Self.kind.encode(self) }

    /// The bytes of a job file.
    package var content: [UInt8] { json.bytes(compacting: "metadata") + [UInt8(ascii: "\n")] }

    /// The JSON Schema (2020-12) of job files.
    public static let schema: String = {
        var schema = JSONObject([
            "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:spool-worker:job:1",
            "title": "spool-worker job", "description": "One source image and the renditions to make of it.",
        ])
        schema.members += kind.schema.members
        schema["$defs"] = [
            "rendition": .object(Rendition.kind.schema), "overlay": .object(Overlay.kind.schema),
        ]
        return JSONValue.object(schema).text() + "\n"
    }()
}
