import FoundationEssentials
import SpoolCore
import Testing

@Suite struct `The schema of jobs` {
    let schema: JSONValue

    init() throws { schema = try JSONValue(parsing: Job.schema.utf8) }

    private func rendition(_ key: String) -> JSONValue? { schema["$defs"]?["rendition"]?["properties"]?[key] }

    private func texts(_ value: JSONValue?) -> Set<String> { Set(value?.array?.compactMap(\.string) ?? []) }

    @Test func `names every value that the decoder knows`() {
        #expect(texts(rendition("format")?["enum"]) == Set(ImageFormat.allCases.map(\.rawValue)))
        #expect(texts(rendition("fit")?["enum"]) == Set(Fit.allCases.map(\.rawValue)))
        let positions = texts(rendition("position")?["enum"])
        #expect(positions.isSuperset(of: Position.allCases.map(\.rawValue)))
        let input = schema["properties"]?["input"]?["oneOf"]?[1]?["properties"]
        #expect(texts(input?["failOn"]?["enum"]) == Set(FailOn.allCases.map(\.rawValue)))
    }

    /// Each valid value of the schema makes a job, and nothing that the schema does not name does.
    @Test func `lists the decoder's keys and no others`() throws {
        let samples: [String: String] = [
            "path": #""a.jpg""#, "format": #""jpeg""#, "width": "1", "height": "1", "fit": #""cover""#,
            "position": #""north""#, "background": #""white""#, "withoutEnlargement": "true", "quality": "50",
        ]
        let keys = schema["$defs"]?["rendition"]?["properties"]?.object?.members.map(\.key) ?? []
        #expect(Set(keys) == Set(samples.keys))
        for (key, sample) in samples {
            let path = key == "path" ? "" : #""path": "a.jpg", "#
            let text = #"{"input": "a", "renditions": [{\#(path)"\#(key)": \#(sample)}]}"#
            _ = try Job(json: JSONValue(parsing: text.utf8))
        }
        for position in texts(rendition("position")?["enum"]) {
            let text = #"{"input": "a", "renditions": [{"path": "a.jpg", "position": "\#(position)"}]}"#
            _ = try Job(json: JSONValue(parsing: text.utf8))
        }
    }

    @Test func `has the decoder's limits`() {
        #expect(schema["properties"]?["renditions"]?["maxItems"]?.int == Job.maximumRenditions)
        #expect(schema["$defs"]?["dimension"]?["maximum"]?.int == 65_535)
        #expect(schema["additionalProperties"]?.bool == false)
    }
}
