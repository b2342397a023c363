import SpoolJob
import Testing

@Suite struct `A JSON text` {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1.50", "1e5", "-1.5E-3", "12345678901234567890123", #""""#,
        #""a\"b\\c\/d\b\f\n\r\t""#, #""\u00e9\ud83d\ude00""#, "[]", "[1,[2,[3]]]", "{}", #"{"a":{"b":[null]}}"#,
        " \t\r\n{ \"a\" : 1 } \n", "\u{FEFF}{}",
    ])
    func `that is valid is read`(text: String) throws {
        let value = try JSONValue(parsing: text.utf8)
        #expect(try JSONValue(parsing: value.text().utf8) == value)
        #expect(try JSONValue(parsing: value.text(indented: false).utf8) == value)
    }

    @Test func `keeps the order of keys and the digits of numbers`() throws {
        let text = #"{"z":1.50,"a":100000000000000000001,"m":[1e2,-0.0]}"#
        #expect(try JSONValue(parsing: text.utf8).text(indented: false) == text)
    }

    @Test func `has no characters that are not seen, and the value is the same`() throws {
        let text = "a\u{7F}\u{85}\u{9B}2J\u{AD}\u{202E}\u{200B}\u{2028}\u{FEFF}\u{E0001}é😀"
        let value = JSONValue.object(JSONObject([JSONObject.Member(key: text, value: .string(text))]))
        let written = value.text(indented: false)
        let escaped = #"a\u007f\u0085\u009b2J\u00ad\u202e\u200b\u2028\ufeff\udb40\udc01é😀"#
        #expect(written == #"{"\#(escaped)":"\#(escaped)"}"#)
        #expect(try JSONValue(parsing: written.utf8) == value)
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan, 1e308, -1e308, Double.leastNonzeroMagnitude, 0.0001, 1.5])
    func `has no number that is none`(value: Double) throws {
        for number in [JSONValue.number(value), .number(value, digits: 3)] {
            let read = try JSONValue(parsing: number.text().utf8)
            #expect(value.isFinite ? read.double?.isFinite == true : read == .null)
        }
        if value.isFinite { #expect(JSONValue.number(value).double == value) }
    }

    @Test(arguments: ["inf", "nan", "", "+1", "01", "1.", ".5", "1e", "0x1", "1 ", "1,2"])
    func `has null for a number's text that is no number`(text: String) {
        #expect(JSONValue.number(text).text() == "null")
    }

    @Test func `has as many keys as differ by a byte`() throws {
        let value = try JSONValue(parsing: "{\"\u{E9}\": 1, \"e\u{301}\": 2}".utf8)
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
    }

    @Test func `is unescaped and escaped`() throws {
        let value = try JSONValue(parsing: #""\u00e9\ud83d\ude00\n\u0001""#.utf8)
        #expect(value == .string("é😀\n\u{1}"))
        #expect(value.text() == #""é😀\n\u0001""#)
    }

    @Test(arguments: [
        ("", "empty", 1, 1), ("  \n ", "white space", 2, 2), ("{", "end of the file", 1, 2),
        ("{\"a\":", "end of the file", 1, 6), ("{\"a\":1,}", "comma before }", 1, 8),
        ("[1,]", "comma before ]", 1, 4), ("{'a':1}", "double quotes", 1, 2), ("{\n  \"a\" 1\n}", "colon", 2, 7),
        ("{\"a\":1}\nx", "text after the end", 2, 1), ("{\"a\":1,\"a\":2}", "stands twice", 1, 8),
        ("[01]", "begin with 0", 1, 2), ("[1.]", "digit", 1, 4), ("[.5]", "value is missing", 1, 2),
        ("[+1]", "value is missing", 1, 2), ("[NaN]", "value is missing", 1, 2), ("tru", "end of the file", 1, 1),
        ("\"a\nb\"", "line break", 1, 3), ("\"\\x\"", "unknown escape", 1, 3), ("\"\\ud800\"", "surrogate", 1, 2),
        ("\"\\u12\"", "hexadecimal", 1, 4), ("\"abc", "inside a string", 1, 5), ("[\"é\" 1]", "comma", 1, 6),
    ])
    func `that is broken has a reason and a place`(text: String, reason: String, line: Int, column: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text.utf8) }
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test func `may be nested a hundred times, not more`() throws {
        _ = try JSONValue(parsing: (String(repeating: "[", count: 100) + String(repeating: "]", count: 100)).utf8)
        #expect(throws: JSONSyntaxError.self) {
            try JSONValue(parsing: String(repeating: "[", count: 1_000_000).utf8)
        }
    }

    @Test func `in UTF-16 is recognised, and bytes that are no UTF-8 are refused`() {
        let utf16 = #expect(throws: JSONSyntaxError.self) {
            try JSONValue(parsing: [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00])
        }
        #expect(utf16?.reason.contains("UTF-16") == true)
        let latin1 = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: [0x22, 0xE9, 0x22]) }
        #expect(latin1?.reason.contains("UTF-8") == true)
    }

    /// Every prefix and every single-byte change of a job is read or refused, and never crashes.
    @Test func `survives every small mutilation`() {
        let text = Array(
            #"{"input":"a\u00e9\ud83d\ude00.jpg","renditions":[{"path":"b","width":1.5e2}],"x":[true,null]}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text.prefix(length)) }
        }
        for position in text.indices {
            for byte in [0x00, 0x22, 0x2C, 0x5B, 0x5C, 0x5D, 0x75, 0x7B, 0x7D, 0x80, 0xFF] as [UInt8] {
                var changed = text
                changed[position] = byte
                _ = try? JSONValue(parsing: changed)
            }
        }
    }
}
