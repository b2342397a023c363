/// Untrusted text as people may see it: a terminal obeys control characters, and others turn the order of a line.
extension String {
    /// The text with characters that are not seen written as Swift escapes (`\n`, `\u{7}`, `\u{202E}`).
    public var escapingControls: String {
        guard unicodeScalars.contains(where: \.isInvisible) else { return self }
        return unicodeScalars.map { $0.isInvisible ? $0.escaped(asASCII: true) : String($0) }.joined()
    }

    /// A name for a message: escaped, and at most 300 bytes of it, so that the rest of the message is still read.
    public var shown: String {
        // What is cut off need not be escaped before.
        String(unicodeScalars.prefix(Self.shownBytes + 1)).escapingControls.shortened(to: Self.shownBytes)
    }

    private static let shownBytes = 300

    /// The beginning of the text, at most `limit` bytes of UTF-8, with an ellipsis if something is cut off.
    public func shortened(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var bytes = Array(utf8.prefix(max(0, limit - "…".utf8.count)))
        while !bytes.isEmpty, String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self) + "…"
    }
}

extension Unicode.Scalar {
    /// Whether the character is not seen itself and can change how others are: controls of C0 and C1, line separators,
    /// marks for the direction of text, characters of no width.
    package var isInvisible: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        return switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format: true
        default: false
        }
    }
}
