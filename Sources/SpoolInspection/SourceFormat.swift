package import SpoolJob
import SpoolWire

/// A file format that sources can have, told by the first bytes alone: a file's name proves nothing.
package enum SourceFormat: String, Sendable, CaseIterable {
    case jpeg, png, webp, gif, tiff, heic, avif

    /// The bytes that ``init(head:)`` needs at most.
    package static let headLength = 64

    /// Recognises the format of a file that begins with `head`.
    /// - Throws: ``ErrorCode/inputUnsupported``, with what the bytes look like instead.
    package init(head: [UInt8]) throws(JobError) {
        if let format = Self.withSignature.first(where: { $0.format.isBegun(by: head) }) {
            self = format.source
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
    package var name: String {
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

    /// Those whose first bytes are always the same.
    private static let withSignature: [(source: Self, format: ImageFormat)] = [
        (.jpeg, .jpeg), (.png, .png), (.webp, .webp), (.gif, .gif), (.tiff, .tiff),
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

package extension [UInt8] {
    /// Whether the characters of `text` stand at `offset`.
    func has(_ text: String, at offset: Int) -> Bool {
        count >= offset + text.utf8.count && self[offset..<(offset + text.utf8.count)].elementsEqual(text.utf8)
    }
}
