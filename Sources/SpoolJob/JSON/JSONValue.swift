/// A JSON value that keeps what most decoders lose: the order of keys and the digits of numbers. So a producer's own
/// data can be echoed back untouched.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The number as it was written: `1.50` stays `1.50`, and no digit of a long one is lost. What is not a JSON number,
    /// such as `inf`, is written as `null`.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// The value's type, for messages: "a string".
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .number(String(value)) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}

extension JSONValue {
    public static func number(_ value: Int) -> JSONValue { .number(String(value)) }

    /// The number with as few digits as bring exactly this value back when it is read.
    public static func number(_ value: Double) -> JSONValue {
        Int(exactly: value).map { .number($0) } ?? .number("\(value)")
    }

    /// The number with `digits` decimals at most.
    public static func number(_ value: Double, digits: Int) -> JSONValue {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (value * scale).rounded()
        // What is so large that this overflows has no decimals.
        return .number(scaled.isFinite ? scaled / scale : value)
    }

    /// The member of this name if the value is an object.
    public subscript(_ key: String) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }

    /// The element at this place if the value is an array that has it.
    public subscript(_ index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    public var string: String? { if case .string(let text) = self { text } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The number as a whole one; `3.0` and `3e0` are whole, `3.5` and what overflows are not.
    public var int: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text) ?? Double(text).flatMap(Int.init(exactly:))
    }
    /// nil for a number that is too large to be one of these, too.
    public var double: Double? {
        guard case .number(let text) = self, let number = Double(text), number.isFinite else { return nil }
        return number
    }
    public var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    public var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
}

/// A JSON object whose keys keep their order.
public struct JSONObject: Sendable, Equatable {
    public struct Member: Sendable, Equatable {
        public var key: String
        public var value: JSONValue

        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    public var members: [Member]

    public init(_ members: [Member] = []) { self.members = members }

    public init(_ members: KeyValuePairs<String, JSONValue>) {
        self.members = members.map { Member(key: $0.key, value: $0.value) }
    }

    fileprivate init(_ members: [(String, JSONValue)]) {
        self.members = members.map { Member(key: $0.0, value: $0.1) }
    }

    /// The first member of this name, to the byte: keys that differ in Unicode normalisation alone are two. Setting nil
    /// removes it, setting a new name appends.
    public subscript(_ key: String) -> JSONValue? {
        get { members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value }
        set {
            let index = members.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }
}
