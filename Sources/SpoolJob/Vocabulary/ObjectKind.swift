/// An object of the job format: its keys, and the rules between them.
struct ObjectKind<Owner: Blank>: ValueKind {
    /// "a rendition".
    let name: String
    let fields: [Field<Owner>]
    let rules: [Rule<Owner>]
    /// Of the fields.
    private let keys: [String]

    init(_ name: String, _ fields: [Field<Owner>], rules: [Rule<Owner>] = []) {
        self.name = name
        self.fields = fields
        self.rules = rules
        keys = fields.map(\.key)
    }

    var needs: String { "an object that describes \(name)" }

    var schema: JSONObject {
        var schema = JSONObject(["type": "object"])
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.key) }
        if !required.isEmpty { schema["required"] = .array(required) }
        schema["additionalProperties"] = false
        schema["properties"] = .object(
            JSONObject(fields.map { JSONObject.Member(key: $0.key, value: .object($0.describedSchema)) }))
        let rules = (fields.compactMap(\.completion) + rules).compactMap(\.schema)
        if !rules.isEmpty { schema["allOf"] = .array(rules) }
        return schema
    }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Owner {
        guard case .object(let object) = value else {
            throw place.mistake("must be \(needs), not \(value.typeName)")
        }
        try checkKeys(of: object, at: place)
        var owner = Owner.blank
        // By numbers: a copy of a field takes hold of all that it consists of, and most keys are not there.
        for (number, key) in keys.enumerated() {
            if let value = object[key] {
                try fields[number].decode(value, place.key(key), &owner)
            } else if fields[number].isRequired {
                throw place.key(key).mistake("is missing; it takes \(fields[number].needs)")
            }
            try fields[number].completion?.apply(object, place, &owner)
        }
        for rule in rules { try rule.apply(object, place, &owner) }
        return owner
    }

    /// Refuses any key that is not known: a typo must not make another picture in silence.
    private func checkKeys(of object: JSONObject, at place: Place) throws(JobError) {
        let unknown = object.members.first { member in
            !keys.contains { $0.utf8.elementsEqual(member.key.utf8) }
        }?.key
        guard let unknown else { return }
        let hint =
            owners(ofNested: unknown)
            ?? nearestName(to: unknown, among: keys).map { "did you mean \"\($0)\"?" }
            ?? "known are \(keys.joined(separator: ", "))"
        throw place.key(unknown).mistake("is not a known key; \(hint)")
    }

    /// Where a key belongs that is one of an object inside this one.
    private func owners(ofNested key: String) -> String? {
        let owners = fields.filter { $0.schema["properties"]?[key] != nil }.map(\.key)
        guard let first = owners.first else { return nil }
        return "it belongs in \(owners.joined(separator: ", ")), as in \"\(first)\": {\"\(key)\": …}"
    }

    /// Only what differs from the defaults.
    func encode(_ value: Owner) -> JSONValue {
        var object = JSONObject()
        for field in fields { object[field.key] = field.encode(value) }
        return .object(object)
    }
}

/// What holds between several keys of an object.
struct Rule<Owner: Sendable>: Sendable {
    /// As an element of `allOf`; nil for what JSON Schema cannot say.
    let schema: JSONValue?
    /// Checks what was decoded, or completes it.
    let apply: @Sendable (JSONObject, Place, inout Owner) throws(JobError) -> Void
}

extension Field {
    fileprivate var describedSchema: JSONObject {
        var described = JSONObject()
        // Editors show it as plain text.
        described["description"] = .string(meaning.replacing("`", with: ""))
        for member in schema.members { described[member.key] = member.value }
        described["default"] = defaultValue
        return described
    }
}
