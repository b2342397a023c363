extension JSONValue {
    /// The value as JSON text: indented by two spaces a level for people and `less`, or on one line.
    public func text(indented: Bool = true) -> String { String(decoding: bytes(indented: indented), as: UTF8.self) }

    /// The same in UTF-8.
    func bytes(indented: Bool = true) -> [UInt8] {
        var writer = JSONWriter(indents: indented)
        writer.write(self)
        return writer.bytes
    }
}

/// Collects the text of a value. Documents are written several times for each job, so this works on bytes.
private struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private let indents: Bool
    private var depth = 0

    init(indents: Bool) {
        self.indents = indents
        bytes.reserveCapacity(1024)
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .number(let digits): bytes += digits.utf8
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
                write(member.value)
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
                // U+2028 and U+2029, which end lines for some readers. A string's UTF-8 is whole.
                case 0xE2 where unsafe text[index + 1] == 0x80 && text[index + 2] & 0xFE == 0xA8:
                    escape(unsafe 0x2000 + UInt16(text[index + 2] - 0x80))
                    index += 2
                default: bytes.append(byte)
                }
                index += 1
            }
        }
        append("\"")
    }

    private mutating func escape(_ unit: UInt16) {
        let digits = String(unit, radix: 16)
        append("\\u")
        for _ in digits.utf8.count..<4 { append("0") }
        bytes += digits.utf8
    }
}
