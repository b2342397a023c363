import SpoolSystem

/// What a key takes: its type and range, once for the decoder, the encoder, the schema and the documentation.
protocol ValueKind<Value>: Sendable {
    associatedtype Value: Sendable, Equatable

    /// What the decoder accepts, as words that follow "takes": "a whole number from 1 to 100".
    var needs: String { get }
    /// The same as JSON Schema.
    var schema: JSONObject { get }

    /// - Throws: ``ErrorCode/jobInvalid``, with the place and what it takes.
    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Value
    /// What ``decode(_:at:)`` reads as this value.
    func encode(_ value: Value) -> JSONValue
}

struct FlagKind: ValueKind {
    let needs = "true or false"
    let schema = JSONObject(["type": "boolean"])

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Bool {
        guard let flag = value.bool else { throw place.wrong(value, needs: needs) }
        return flag
    }

    func encode(_ value: Bool) -> JSONValue { .bool(value) }
}

struct WholeNumberKind: ValueKind {
    let range: ClosedRange<Int>

    init(_ range: ClosedRange<Int>) { self.range = range }

    var needs: String { "a whole number from \(range.lowerBound) to \(range.upperBound)" }

    var schema: JSONObject {
        JSONObject(["type": "integer", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)])
    }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Int {
        guard case .number(let text) = value else { throw place.wrong(value, needs: needs) }
        guard let number = value.int, range.contains(number) else {
            throw place.mistake("takes \(needs), not \(text.shown)")
        }
        return number
    }

    func encode(_ value: Int) -> JSONValue { .number(value) }
}

struct NumberKind: ValueKind {
    let minimum: Double
    /// nil for no limit.
    let maximum: Double?

    init(atLeast minimum: Double, atMost maximum: Double? = nil) {
        self.minimum = minimum
        self.maximum = maximum
    }

    var needs: String {
        let least = JSONValue.number(minimum).text()
        return maximum.map { "a number from \(least) to \(JSONValue.number($0).text())" }
            ?? "a number of at least \(least)"
    }

    var schema: JSONObject {
        var schema = JSONObject(["type": "number", "minimum": .number(minimum)])
        schema["maximum"] = maximum.map { .number($0) }
        return schema
    }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Double {
        guard case .number(let text) = value else { throw place.wrong(value, needs: needs) }
        guard let number = value.double, number >= minimum, number <= maximum ?? .infinity else {
            throw place.mistake("takes \(needs), not \(text.shown)")
        }
        return number
    }

    func encode(_ value: Double) -> JSONValue { .number(value) }
}

/// One of a few names.
struct ChoiceKind<Choice: RawRepresentable<String> & CaseIterable & Sendable & Equatable>: ValueKind {
    private var names: [String] { Choice.allCases.map(\.rawValue) }

    var needs: String { "one of \(names.map { "\"\($0)\"" }.joined(separator: ", "))" }

    var schema: JSONObject { JSONObject(["enum": .array(names.map { .string($0) })]) }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Choice {
        guard case .string(let name) = value else { throw place.wrong(value, needs: needs) }
        if let choice = Choice(rawValue: name) { return choice }
        throw place.unknown(name, among: names, needs: needs)
    }

    func encode(_ value: Choice) -> JSONValue { .string(value.rawValue) }
}

/// The producer's own data.
struct AnyKind: ValueKind {
    let needs = "any JSON"
    let schema = JSONObject()

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> JSONValue { value }
    func encode(_ value: JSONValue) -> JSONValue { value }
}

/// The elements of an array, whose schema has a name of its own.
struct ListKind<Element: ValueKind>: ValueKind {
    let element: Element
    /// How many there can be.
    let count: ClosedRange<Int>
    /// What the elements are, as one and as several: "rendition", "renditions".
    let names: (one: String, several: String)

    private var list: InlineListKind<Element> {
        InlineListKind(element: element, count: count, several: names.several)
    }

    var needs: String { list.needs }

    var schema: JSONObject {
        var schema = list.schema
        schema["items"] = ["$ref": .string("#/$defs/\(names.one)")]
        return schema
    }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> [Element.Value] {
        try list.decode(value, at: place)
    }

    func encode(_ value: [Element.Value]) -> JSONValue { list.encode(value) }
}

/// The elements of an array.
struct InlineListKind<Element: ValueKind>: ValueKind {
    let element: Element
    /// How many there can be.
    let count: ClosedRange<Int>
    /// What the elements are, if they are no plain values.
    var several: String?

    var needs: String {
        several.map { "an array of \(amount) \($0)" } ?? "an array of \(amount), each \(element.needs)"
    }
    private var amount: String { "\(count.lowerBound) to \(count.upperBound)" }

    var schema: JSONObject {
        JSONObject([
            "type": "array", "minItems": .number(count.lowerBound), "maxItems": .number(count.upperBound),
            "items": .object(element.schema),
        ])
    }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> [Element.Value] {
        guard case .array(let elements) = value else { throw place.wrong(value, needs: needs) }
        guard count.contains(elements.count) else {
            throw place.mistake("takes \(amount) \(several ?? "elements"), but this has \(elements.count)")
        }
        var values: [Element.Value] = []
        for (index, element) in elements.enumerated() {
            values.append(try self.element.decode(element, at: place.element(index)))
        }
        return values
    }

    func encode(_ value: [Element.Value]) -> JSONValue { .array(value.map(element.encode)) }
}

/// One of a few whole numbers.
struct OneOfKind: ValueKind {
    let numbers: [Int]

    init(_ numbers: [Int]) { self.numbers = numbers }

    var needs: String { "one of \(numbers.map(String.init).joined(separator: ", "))" }
    var schema: JSONObject { JSONObject(["enum": .array(numbers.map { .number($0) })]) }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Int {
        guard case .number(let text) = value else { throw place.wrong(value, needs: needs) }
        guard let number = value.int, numbers.contains(number) else {
            throw place.mistake("takes \(needs), not \(text.shown)")
        }
        return number
    }

    func encode(_ value: Int) -> JSONValue { .number(value) }
}

/// The multiples of a number.
struct MultipleKind: ValueKind {
    let factor: Int
    let range: ClosedRange<Int>

    init(of factor: Int, _ range: ClosedRange<Int>) {
        self.factor = factor
        self.range = range
    }

    var needs: String { "a multiple of \(factor) from \(range.lowerBound) to \(range.upperBound)" }

    var schema: JSONObject {
        JSONObject([
            "type": "integer", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound),
            "multipleOf": .number(factor),
        ])
    }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Int {
        guard case .number(let text) = value else { throw place.wrong(value, needs: needs) }
        guard let number = value.int, range.contains(number), number % factor == 0 else {
            throw place.mistake("takes \(needs), not \(text.shown)")
        }
        return number
    }

    func encode(_ value: Int) -> JSONValue { .number(value) }
}
