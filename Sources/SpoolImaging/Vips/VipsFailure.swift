import CVips
import SpoolJob

/// What libvips says when it fails.
struct VipsFailure: Error, Equatable {
    /// One line, without a full stop; libvips' own words.
    var message: String
    /// Whether any of the lines, those that were cut off included, says that this machine lacks something.
    private let isOfHost: Bool

    /// Joins the lines of `text`, drops repeated ones and what no terminal should see, and cuts what is too long.
    init(text: String) {
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let line = String(line.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }.map(Character.init))
            if !line.isEmpty && !lines.contains(line) { lines.append(line) }
        }
        isOfHost = Self.isOfHost(lines)
        // Readers try places that a short file has not, and go on.
        let telling = lines.filter { !$0.hasPrefix("source: bad seek to ") }
        let joined = (telling.isEmpty ? lines : telling).joined(separator: "; ")
        message = joined.isEmpty ? "libvips gave no reason" : String(joined.prefix(Self.longest))
    }

    /// A decoder may have a complaint for every line of an image.
    private static let longest = 300

    /// The job's error if this machine is at fault and no picture: it lacks memory, threads, descriptors or space.
    ///
    /// libvips and the decoders report that in words alone. A system call with a wrong argument is not among them:
    /// offsets in a damaged file lead to it.
    var ofHost: JobError? {
        guard isOfHost else { return nil }
        return JobError(
            .resourcesExhausted, "the renderer lacks memory or something else of this machine: \(message)")
    }

    private static func isOfHost(_ lines: [String]) -> Bool {
        let text = lines.joined(separator: "\n").lowercased()
        return !pictures.contains(where: text.contains) && shortages.contains(where: text.contains)
    }

    /// A decoder's own limit on what a picture may ask for: libheif's, the GIF decoder's on sizes that it cannot hold, and
    /// libtiff's on counts of values.
    private static let pictures = ["limit exceeded", "bad image dimensions", "out of memory reading of"]

    private static let shortages = [
        // libvips and most decoders; libjpeg; libheif
        "out of memory", "insufficient memory", "memory allocation error",
        // Of threads.
        "unable to create thread", "unable to allocate thread",
        // As the kernel names ENOMEM, EAGAIN, EMFILE and ENFILE, ENOSPC, EDQUOT, EFBIG, EIO.
        "cannot allocate memory", "resource temporarily unavailable", "too many open files", "no space left on device",
        "disk quota exceeded", "file too large", "input/output error",
    ]

    /// Takes libvips' error buffer, which is one for the whole process and only ever grows otherwise.
    static func take() -> VipsFailure {
        guard let text = unsafe vips_error_buffer_copy() else { return VipsFailure(text: "") }
        defer { unsafe g_free(text) }
        return VipsFailure(text: unsafe String(cString: text))
    }

    /// What one part of libvips has to say although nothing has failed; nil if that is nothing. Other parts leave texts
    /// that mean nothing, such as a seek beyond the end of a source that is read on from its start.
    /// - Parameter domain: the name that libvips puts before each of its lines.
    static func takeComplaint(of domain: String) -> VipsFailure? {
        guard let text = unsafe vips_error_buffer_copy() else { return nil }
        defer { unsafe g_free(text) }
        let lines = unsafe String(cString: text).split(whereSeparator: \.isNewline).filter {
            $0.hasPrefix("\(domain):")
        }
        return lines.isEmpty ? nil : VipsFailure(text: lines.joined(separator: "\n"))
    }
}
