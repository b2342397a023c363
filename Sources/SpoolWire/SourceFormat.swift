package import SpoolJob

/// A file format that sources can have, told by the first bytes alone: a file's name proves nothing.
package enum SourceFormat: String, Sendable, CaseIterable {
    case jpeg, png, webp, gif, tiff, heic, avif
    // libvips does not trust their decoders with files from strangers.
    case svg, pdf, jxl, jp2

    /// Whether its decoder is made for files from strangers. Others are read only where the operator wants it, by a renderer
    /// of their own.
    package var isTrusted: Bool {
        switch self {
        case .jpeg, .png, .webp, .gif, .tiff, .heic, .avif: true
        case .svg, .pdf, .jxl, .jp2: false
        }
    }

    package static let trusted = Set(allCases.filter(\.isTrusted))

    /// Whether it is drawn when it is read, at any number of pixels, and has text.
    package var isDrawn: Bool { self == .svg || self == .pdf }

    /// The bytes that ``init(head:_:)`` needs at most.
    package static let headLength = 1024

    /// Recognises the format of a file that begins with `head`.
    /// - Parameter allowed: the formats that are read.
    /// - Throws: ``ErrorCode/inputUnsupported``, with what the bytes look like instead.
    package init(head: [UInt8], _ allowed: Set<SourceFormat> = trusted) throws(JobError) {
        if let format = Self(of: head) {
            guard allowed.contains(format) else {
                throw JobError(
                    .inputUnsupported,
                    "the file is \(format.name), which this worker does not read; formats read: \(Self.names(allowed)). The "
                        + "operator can add \(format.rawValue) to input-formats")
            }
            self = format
        } else {
            throw JobError(
                .inputUnsupported,
                "the first bytes of the file look like \(ForeignFile.description(of: head)); formats read: "
                    + Self.names(allowed))
        }
    }

    private static func names(_ formats: Set<SourceFormat>) -> String {
        allCases.filter(formats.contains).map(\.name).joined(separator: ", ")
    }

    /// The format of a file that begins with `head`, read or not; nil for none of them.
    package init?(of head: [UInt8]) {
        if let format = Self.withSignature.first(where: { $0.format.isBegun(by: head) }) {
            self = format.source
        } else if let format = Self(brandsOf: head) {
            self = format
        } else if head.has("%PDF-", at: 0) {
            self = .pdf
        } else if ForeignFile.isSVG(head) {
            self = .svg
        } else {
            return nil
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
        case .svg: "SVG"
        case .pdf: "PDF"
        case .jxl: "JPEG XL"
        case .jp2: "JPEG 2000"
        }
    }

    /// Those whose first bytes are always the same.
    private static let withSignature: [(source: Self, format: ImageFormat)] = [
        (.jpeg, .jpeg), (.png, .png), (.webp, .webp), (.gif, .gif), (.tiff, .tiff), (.jxl, .jxl),
        (.jp2, .jp2),
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
