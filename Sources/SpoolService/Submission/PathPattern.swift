/// A path with names in braces that are filled in for each rendition: `{dir}/{name}-{width}.{format}`.
struct PathPattern {
    enum Blank: String, CaseIterable {
        /// The image's folder, from the base folder on; empty for an image right inside that.
        case dir
        /// The image's name without its extension.
        case name
        /// Pixels, or `auto`.
        case width, height
        /// The format's usual extension.
        case format
    }

    private enum Part: Equatable {
        case text(String)
        case blank(Blank)
    }

    private var parts: [Part] = []

    /// - Throws: for words in braces that are no ``Blank``.
    init(_ text: String) throws(UsageError) {
        guard !text.isEmpty else { throw UsageError("--output takes a path, not an empty text") }
        var rest = text[...]
        while let match = rest.firstMatch(of: /\{([A-Za-z]+)\}/) {
            guard let blank = Blank(rawValue: String(match.1)) else {
                let known = Blank.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")
                throw UsageError("--output has \(match.0), but what is filled in is \(known)")
            }
            parts += [.text(String(rest[..<match.range.lowerBound])), .blank(blank)]
            rest = rest[match.range.upperBound...]
        }
        parts.append(.text(String(rest)))
    }

    func has(_ blank: Blank) -> Bool { parts.contains(.blank(blank)) }

    /// - Parameter values: what is in none of them stays empty.
    func filled(with values: [Blank: String]) -> String {
        var path = ""
        // `{dir}/` of an image right inside the base folder is no slash at the path's beginning.
        var dropsSlash = false
        for part in parts {
            switch part {
            case .text(let text):
                path += dropsSlash && text.hasPrefix("/") ? text.dropFirst() : text[...]
                dropsSlash = false
            case .blank(let blank):
                let value = values[blank] ?? ""
                path += value
                dropsSlash = blank == .dir && value.isEmpty
            }
        }
        return path
    }
}
