import SpoolSystem

/// Reads RFC 8259 JSON, strictly, with the place of the first mistake. Keys must not repeat, because readers differ in
/// which one they take.
///
/// The standard decoders give neither: they drop the order of keys and the digits of numbers, take one of two equal
/// keys in silence, and tell the place of a mistake only inside a text meant for people.
struct JSONParser {
    /// Deeper nesting is refused, so that a hostile file cannot exhaust the stack.
    static let maximumDepth = 100

    private let text: [UInt8]
    private var position = 0
    private var depth = 0

    private init(_ text: [UInt8]) { self.text = text }

    static func parse(_ text: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        if let encoding = foreignEncoding(of: text) {
            throw JSONSyntaxError("the file looks like \(encoding); save it as UTF-8: error", at: 0, in: text)
        }
        var parser = JSONParser(text)
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
        parser.skipSpace()
        guard parser.position < text.count else {
            throw parser.error(text.isEmpty ? "the text is empty" : "nothing but white space")
        }
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == text.count else {
            throw parser.error("text after the end of the JSON value: unexpected \(parser.here)")
        }
        return value
    }

    /// Whether a text is a number as JSON has it: no sign of plus, no `inf`.
    static func isNumber(_ text: String) -> Bool {
        var parser = JSONParser(Array(text.utf8))
        guard let first = parser.text.first, first == UInt8(ascii: "-") || isDigit(first) else { return false }
        do {
            _ = try parser.number()
            return parser.position == parser.text.count
        } catch {
            return false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Windows tools like to write UTF-16, whose first character is a mark, or one letter and a zero byte.
    private static func foreignEncoding(of text: [UInt8]) -> String? {
        let start = Array(text.prefix(2))
        return start == [0xFF, 0xFE] || start == [0xFE, 0xFF] || (start.count == 2 && start.contains(0))
            ? "UTF-16" : nil
    }

    // MARK: Values

    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        guard position < text.count else { throw error("unexpected end of the file, a value is missing") }
        switch text[position] {
        case UInt8(ascii: "{"): return try nested { (parser) throws(JSONSyntaxError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { (parser) throws(JSONSyntaxError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "'"): throw error("strings take double quotes: unexpected '")
        default: throw error("unexpected \(here), a value is missing")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONSyntaxError) -> JSONValue
    ) throws(JSONSyntaxError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw error("more than \(Self.maximumDepth) levels of nesting") }
        depth += 1
        defer { depth -= 1 }
        position += 1
        return try body(&self)
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        var members: [JSONObject.Member] = []
        // By their bytes: text that Swift takes for equal, two spellings of one accent, is not equal in JSON.
        var keys: Set<[UInt8]> = []
        if skip(to: "}") { return .object(JSONObject()) }
        while true {
            skipSpace()
            guard position < text.count, text[position] == UInt8(ascii: "\"") else {
                throw error(
                    position < text.count && text[position] == UInt8(ascii: "}")
                        ? "a comma before } is not allowed" : "\(unexpected), a key in double quotes is missing")
            }
            let start = position
            let key = try string()
            guard keys.insert(Array(key.utf8)).inserted else {
                position = start
                throw error("the key \"\(key.shown)\" stands twice in one object")
            }
            guard skip(to: ":") else { throw error("\(unexpected), a colon is missing") }
            skipSpace()
            members.append(JSONObject.Member(key: key, value: try value()))
            if skip(to: ",") { continue }
            guard skip(to: "}") else { throw error("\(unexpected), a comma or } is missing") }
            return .object(JSONObject(members))
        }
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        var elements: [JSONValue] = []
        if skip(to: "]") { return .array([]) }
        while true {
            skipSpace()
            if position < text.count, text[position] == UInt8(ascii: "]") {
                throw error("a comma before ] is not allowed")
            }
            elements.append(try value())
            if skip(to: ",") { continue }
            guard skip(to: "]") else { throw error("\(unexpected), a comma or ] is missing") }
            return .array(elements)
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        guard text[position...].starts(with: word.utf8) else {
            throw error(
                word.utf8.starts(with: text[position...])
                    ? "unexpected end of the file" : "unexpected \(here), a value is missing")
        }
        position += word.utf8.count
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> String {
        let start = position
        if text[position] == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        guard digits() > 0 else { throw error("\(unexpected), a digit is missing") }
        if text[firstDigit] == UInt8(ascii: "0") && position > firstDigit + 1 {
            position = firstDigit
            throw error("a number must not begin with 0")
        }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
            guard digits() > 0 else { throw error("\(unexpected), a digit is missing") }
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < text.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(text[position]) { position += 1 }
            guard digits() > 0 else { throw error("\(unexpected), a digit is missing") }
        }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = position
        while position < text.count, Self.isDigit(text[position]) { position += 1 }
        return position - start
    }

    // MARK: Strings

    private mutating func string() throws(JSONSyntaxError) -> String {
        var bytes: [UInt8] = []
        position += 1
        let start = position
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                guard let string = String(validating: bytes, as: UTF8.self) else {
                    position = start
                    throw error("a string that is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                let character = try escape()
                bytes += Array(String(Character(character)).utf8)
            case ..<0x20:
                throw error("a line break or control character inside a string; write it as an escape (\\n): \(here)")
            default:
                bytes.append(text[position])
                position += 1
            }
        }
        throw error("unexpected end of the file inside a string")
    }

    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        position += 1
        guard position < text.count else { throw error("unexpected end of the file inside a string") }
        let letter = text[position]
        guard let scalar = Self.escapes[letter] else {
            guard letter == UInt8(ascii: "u") else { throw error("unknown escape \\\(here)") }
            return try unicodeEscape()
        }
        position += 1
        return scalar
    }

    private static let escapes: [UInt8: Unicode.Scalar] = [
        UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/", UInt8(ascii: "b"): "\u{8}",
        UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]

    private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = position - 1
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // A character beyond U+FFFF is written as two escapes, a high and a low surrogate.
        if UTF16.isLeadSurrogate(first), text[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
            position += 1
            let second = try codeUnit()
            if UTF16.isTrailSurrogate(second) { return UTF16.decode(UTF16.EncodedScalar([first, second])) }
        }
        position = start
        throw error("half of a surrogate pair")
    }

    /// Reads `uXXXX`.
    private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
        position += 1
        let digits = text[position...].prefix(4)
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
            throw error("\\u takes four hexadecimal digits")
        }
        guard digits.count == 4, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
            position = text.count
            throw error("unexpected end of the file inside a string")
        }
        position += 4
        return unit
    }

    // MARK: Moving on

    private mutating func skipSpace() {
        while position < text.count, [0x20, 0x0A, 0x0D, 0x09].contains(text[position]) { position += 1 }
    }

    /// Skips white space and then `character` if it comes next.
    private mutating func skip(to character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    // MARK: Words for mistakes

    private var unexpected: String { position < text.count ? "unexpected \(here)" : "unexpected end of the file" }

    /// The character at the position, for a message.
    private var here: String {
        let rest = text[position...].prefix(4)
        guard let character = String(decoding: rest, as: UTF8.self).unicodeScalars.first else { return "end" }
        return character == "\u{FFFD}" ? "byte \(rest[rest.startIndex])" : String(character).escapingControls
    }

    private func error(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(reason, at: position, in: text) }
}

extension JSONValue {
    /// Reads one JSON value, strictly: no comments, no trailing commas, no repeated keys, at most 100 levels deep.
    /// - Throws: what is wrong, with its line and column.
    public init(parsing text: some Collection<UInt8>) throws(JSONSyntaxError) {
        self = try JSONParser.parse(Array(text))
    }
}
