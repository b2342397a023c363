import SpoolJob

/// A file format that sources can have, told by the first bytes alone: a file's name proves nothing.
enum SourceFormat: String, Sendable, CaseIterable {
    case jpeg, png, webp, gif, tiff, heic, avif

    /// The bytes that ``init(head:)`` needs at most.
    static let headLength = 64

    /// Recognises the format of a file that begins with `head`.
    /// - Throws: ``ErrorCode/inputUnsupported``, with what the bytes look like instead.
    init(head: [UInt8]) throws(JobError) {
        if head.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if head.has("RIFF", at: 0) && head.has("WEBP", at: 8) {
            self = .webp
        } else if head.has("GIF87a", at: 0) || head.has("GIF89a", at: 0) {
            self = .gif
        } else if Self.tiffStarts.contains(where: head.starts(with:)) {
            self = .tiff
        } else if let format = Self(brandsOf: head) {
            self = format
        } else {
            throw JobError(
                .inputUnsupported,
                "the first bytes of the file look like \(ForeignFile.description(of: head)); formats read: "
                    + Self.allCases.map(\.name).joined(separator: ", "))
        }
    }

    /// For messages.
    var name: String {
        switch self {
        case .jpeg: "JPEG"
        case .png: "PNG"
        case .webp: "WebP"
        case .gif: "GIF"
        case .tiff: "TIFF"
        case .heic: "HEIC"
        case .avif: "AVIF"
        }
    }

    /// libvips' operation that reads the format, and no other.
    var loader: StaticString {
        switch self {
        case .jpeg: "jpegload_source"
        case .png: "pngload_source"
        case .webp: "webpload_source"
        case .gif: "gifload_source"
        case .tiff: "tiffload_source"
        case .heic, .avif: "heifload_source"
        }
    }

    /// Whether the decoder holds the whole picture in memory.
    var isDecodedWhole: Bool {
        switch self {
        case .webp, .gif, .heic, .avif: true
        case .jpeg, .png, .tiff: false
        }
    }

    /// Classic and big files, in either byte order.
    private static let tiffStarts: [[UInt8]] = [
        [0x49, 0x49, 0x2A, 0x00], [0x4D, 0x4D, 0x00, 0x2A], [0x49, 0x49, 0x2B, 0x00], [0x4D, 0x4D, 0x00, 0x2B],
    ]

    /// HEIC and AVIF share a container, whose first box lists brands: the major one, a version, compatible ones.
    private init?(brandsOf head: [UInt8]) {
        guard head.has("ftyp", at: 4) else { return nil }
        let end = min(head.count, head[..<4].reduce(0) { $0 << 8 | Int($1) })
        for offset in stride(from: 8, to: end, by: 4) where offset != 12 {
            if ["avif", "avis"].contains(where: { head.has($0, at: offset) }) {
                self = .avif
                return
            }
            if ["heic", "heix", "heim", "heis", "hevc", "hevx"].contains(where: { head.has($0, at: offset) }) {
                self = .heic
                return
            }
        }
        return nil
    }
}

extension [UInt8] {
    /// Whether the characters of `text` stand at `offset`.
    func has(_ text: String, at offset: Int) -> Bool {
        count >= offset + text.utf8.count && self[offset..<(offset + text.utf8.count)].elementsEqual(text.utf8)
    }
}
