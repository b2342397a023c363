import SpoolSystem

extension JSONValue {
    /// The value as JSON text: indented by two spaces a level for people and `less`, or on one line.
    public func text(indented: Bool = true) -> String { String(decoding: bytes(indented: indented), as: UTF8.self) }

    /// The same in UTF-8.
    /// - Parameter compactKey: of the value's own members the one whose value stays on one line. Indentation can make
    ///   deep values of untrusted jobs a hundred times as long.
    package func bytes(indented: Bool = true, compacting compactKey: String? = nil) -> [UInt8] {
        var writer = JSONWriter(indents: indented, compactKey: compactKey)
        writer.write(self)
        return writer.bytes
    }
}

/// Collects the text of a value. Documents are written several times for each job, so this works on bytes.
private struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var indents: Bool
    private let compactKey: String?
    private var depth = 0

    init(indents: Bool, compactKey: String?) {
        self.indents = indents
        self.compactKey = compactKey
        bytes.reserveCapacity(1024)
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .number(let digits):
            // JSON has no word for what a calculation can end in: "inf", "nan".
            if JSONParser.isNumber(digits) { bytes += digits.utf8 } else { append("null") }
        case .string(let string): write(string)
        case .array(let elements):
            open("[")
            for (index, element) in elements.enumerated() {
                separate(index)
                write(element)
            }
            close("]", isEmpty: elements.isEmpty)
        case .object(let object):
            open("{")
            for (index, member) in object.members.enumerated() {
                separate(index)
                write(member.key)
                append(indents ? ": " : ":")
                let outside = indents
                if depth == 1 && member.key == compactKey { indents = false }
                write(member.value)
                indents = outside
            }
            close("}", isEmpty: object.members.isEmpty)
        }
    }

    private mutating func append(_ text: StaticString) {
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func open(_ bracket: StaticString) {
        append(bracket)
        depth += 1
    }

    private mutating func separate(_ index: Int) {
        if index > 0 { append(",") }
        if indents { beginLine() }
    }

    private mutating func close(_ bracket: StaticString, isEmpty: Bool) {
        depth -= 1
        if indents && !isEmpty { beginLine() }
        append(bracket)
    }

    private mutating func beginLine() {
        append("\n")
        for _ in 0..<depth { append("  ") }
    }

    /// Characters that are not seen are written as escapes: the value is the same, and `cat` is safe.
    private mutating func write(_ string: String) {
        append("\"")
        var string = string
        string.withUTF8 { text in
            var index = 0
            while index < text.count {
                let byte = unsafe text[index]
                switch byte {
                case UInt8(ascii: "\""): append("\\\"")
                case UInt8(ascii: "\\"): append("\\\\")
                case UInt8(ascii: "\n"): append("\\n")
                case UInt8(ascii: "\r"): append("\\r")
                case UInt8(ascii: "\t"): append("\\t")
                case ..<0x20, 0x7F: escape(UInt16(byte))
                case ..<0x7F: bytes.append(byte)
                default:
                    // A string's UTF-8 is whole: the first byte says how many follow.
                    let count = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
                    unsafe write(character: UnsafeBufferPointer(rebasing: text[index..<index + count]))
                    index += count - 1
                }
                index += 1
            }
        }
        append("\"")
    }

    @unsafe private mutating func write(character: UnsafeBufferPointer<UInt8>) {
        let lead = unsafe UInt32(character[0]) & (0x7F >> UInt32(character.count))
        let value = unsafe character.dropFirst().reduce(lead) { $0 << 6 | UInt32($1 & 0x3F) }
        if let scalar = Unicode.Scalar(value), scalar.isInvisible {
            for unit in UTF16.encode(scalar)! { escape(unit) }
        } else {
            unsafe bytes.append(contentsOf: character)
        }
    }

    private mutating func escape(_ unit: UInt16) {
        let digits = String(unit, radix: 16)
        append("\\u")
        for _ in digits.utf8.count..<4 { append("0") }
        bytes += digits.utf8
    }
}
