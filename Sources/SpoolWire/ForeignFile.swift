/// Files that are no source, named so that a person sees what went wrong.
enum ForeignFile {
    /// What a file that begins with `head` looks like, to follow "look like".
    static func description(of head: [UInt8]) -> String {
        if let known = signatures.first(where: { head.has($0.text, at: $0.offset) }) { return known.name }
        let text = text(of: head)
        if text.hasPrefix("<?xml") { return "XML, but not SVG" }
        if text.hasPrefix("<!doctype") || text.hasPrefix("<html") { return "an HTML page" }
        if head.allSatisfy({ (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) }) { return "text" }
        return "nothing known (\(hexadecimal(head.prefix(8))))"
    }

    /// Whether a file that begins with `head` is XML whose first element, as far as it can be seen, is one of SVG.
    static func isSVG(_ head: [UInt8]) -> Bool {
        let text = text(of: head)
        if text.hasPrefix("<svg") { return true }
        return ["<?xml", "<!--", "<!doctype svg"].contains(where: text.hasPrefix) && text.contains("<svg")
    }

    /// In small letters, without what may stand before it.
    private static func text(of head: [UInt8]) -> String {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let start = head.dropFirst(head.starts(with: mark) ? mark.count : 0)
        return String(decoding: start.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }, as: UTF8.self).lowercased()
    }

    private static let signatures: [(text: String, offset: Int, name: String)] = [
        ("8BPS", 0, "Photoshop"), ("BM", 0, "BMP"), ("PK\u{3}\u{4}", 0, "a ZIP archive"),
        ("ftyp", 4, "a video or another ISO media file"),
        ("\u{1A}E", 0, "Matroska or WebM video"), ("#?RADIANCE", 0, "Radiance HDR"), ("v/1\u{1}", 0, "OpenEXR"),
        ("\u{0}\u{0}\u{1}\u{0}", 0, "an icon"), ("%!PS", 0, "PostScript"), ("RIFF", 0, "a RIFF file without WebP"),
    ]

    private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}
