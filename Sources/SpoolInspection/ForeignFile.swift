/// Files that are no source, named so that a person sees what went wrong.
enum ForeignFile {
    /// What a file that begins with `head` looks like, to follow "look like".
    static func description(of head: [UInt8]) -> String {
        if let known = signatures.first(where: { head.has($0.text, at: $0.offset) }) { return known.name }
        let start = head.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }.prefix(9)
        let text = String(decoding: start, as: UTF8.self).lowercased()
        if text.hasPrefix("<svg") { return "SVG" }
        if text.hasPrefix("<?xml") { return "XML, perhaps SVG" }
        if text.hasPrefix("<!doctype") || text.hasPrefix("<html") { return "an HTML page" }
        if head.allSatisfy({ (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) }) { return "text" }
        return "nothing known (\(hexadecimal(head.prefix(8))))"
    }

    private static let signatures: [(text: String, offset: Int, name: String)] = [
        ("%PDF", 0, "PDF"), ("8BPS", 0, "Photoshop"), ("BM", 0, "BMP"), ("PK\u{3}\u{4}", 0, "a ZIP archive"),
        ("JXL ", 4, "JPEG XL"), ("jP  ", 4, "JPEG 2000"), ("ftyp", 4, "a video or another ISO media file"),
        ("\u{1A}E", 0, "Matroska or WebM video"), ("#?RADIANCE", 0, "Radiance HDR"), ("v/1\u{1}", 0, "OpenEXR"),
        ("\u{0}\u{0}\u{1}\u{0}", 0, "an icon"), ("%!PS", 0, "PostScript"), ("RIFF", 0, "a RIFF file without WebP"),
    ]

    private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}
