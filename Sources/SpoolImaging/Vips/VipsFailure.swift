import CVips

/// What libvips says when it fails.
struct VipsFailure: Error, Equatable {
    /// One line, without a full stop; libvips' own words.
    var message: String

    /// Joins the lines of `text`, drops repeated ones and what no terminal should see, and cuts what is too long.
    init(text: String) {
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let line = String(line.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }.map(Character.init))
            if !line.isEmpty && !lines.contains(line) { lines.append(line) }
        }
        let joined = lines.joined(separator: "; ")
        message = joined.isEmpty ? "libvips gave no reason" : String(joined.prefix(Self.longest))
    }

    /// A decoder may have a complaint for every line of an image.
    private static let longest = 300

    /// Takes libvips' error buffer, which is one for the whole process and only ever grows otherwise.
    static func take() -> VipsFailure {
        guard let text = unsafe vips_error_buffer_copy() else { return VipsFailure(text: "") }
        defer { unsafe g_free(text) }
        return VipsFailure(text: unsafe String(cString: text))
    }

    /// What libvips has to say although nothing has failed; nil if that is nothing.
    static func takeComplaint() -> VipsFailure? {
        unsafe vips_error_buffer()[0] == 0 ? nil : take()
    }
}
