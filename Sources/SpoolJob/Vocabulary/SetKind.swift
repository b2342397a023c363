/// An array of names, each of which counts once.
struct SetKind<Choice: RawRepresentable<String> & CaseIterable & Sendable & Hashable>: ValueKind {
    private let element = ChoiceKind<Choice>()

    var needs: String { "an array of " + Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ") }

    var schema: JSONObject { JSONObject(["type": "array", "items": .object(element.schema)]) }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Set<Choice> {
        guard case .array(let elements) = value else { throw place.wrong(value, needs: needs) }
        var choices: Set<Choice> = []
        for (index, element) in elements.enumerated() {
            choices.insert(try self.element.decode(element, at: place.element(index)))
        }
        return choices
    }

    func encode(_ value: Set<Choice>) -> JSONValue {
        .array(Choice.allCases.filter(value.contains).map { .string($0.rawValue) })
    }
}

/// A SHA-256 in hexadecimal digits.
struct DigestKind: ValueKind {
    let needs = "64 hexadecimal digits"
    let schema = JSONObject(["type": "string", "pattern": "^[0-9a-fA-F]{64}$"])

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> String {
        guard case .string(let text) = value else { throw place.wrong(value, needs: needs) }
        guard text.utf8.count == 64, text.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
            throw place.mistake("takes \(needs), as sha256sum prints them")
        }
        return text.lowercased()
    }

    func encode(_ value: String) -> JSONValue { .string(value) }
}
