import SpoolSystem

/// A file's path.
struct PathKind: ValueKind {
    /// Whether the file is made, so that its names must not be those of renditions that are not finished.
    var isOutput = false

    /// In characters, of which each takes one byte or more: the kernel takes no more than so many bytes.
    private static let maximumLength = 4096

    var needs: String { "a path" }

    var schema: JSONObject {
        var schema = JSONObject([
            "type": "string", "minLength": 1, "maxLength": .number(Self.maximumLength),
            "pattern": #"^[^\u0000]*[^/\u0000]$"#,
        ])
        if isOutput {
            schema["not"] = ["pattern": .string(#"(^|/)\#(ReservedName.prefix.anyCasePattern)"#)]
        }
        return schema
    }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> String {
        guard case .string(let path) = value else { throw place.wrong(value, needs: needs) }
        guard !path.isEmpty else { throw place.mistake("is empty; it takes a path") }
        guard path.unicodeScalars.count <= Self.maximumLength else {
            throw place.mistake(
                "has \(path.unicodeScalars.count) characters, and a path has at most \(Self.maximumLength)")
        }
        guard !path.hasSuffix("/") else { throw place.mistake("ends with a slash, but takes a file's path") }
        guard !path.utf8.contains(0) else { throw place.mistake("has a zero byte, which no path can have") }
        let names = path.utf8.split(separator: UInt8(ascii: "/"))
        if isOutput, names.contains(where: { ReservedName.begins($0) }) {
            throw place.mistake(
                "has a name that begins with \"\(ReservedName.prefix)\", which is reserved for renditions that are not "
                    + "finished; take another name")
        }
        return path
    }

    func encode(_ value: String) -> JSONValue { .string(value) }
}

extension String {
    /// A regular expression that matches the text in capitals or not. ECMAScript's has no flag for that in a schema.
    var anyCasePattern: String {
        map { character in
            if character.isLetter {
                "[\(character.lowercased())\(character.uppercased())]"
            } else if character.isNumber {
                // With a backslash it would stand for a group.
                "\(character)"
            } else {
                "\\\(character)"
            }
        }
        .joined()
        .replacing("\\-", with: "-")
    }
}
