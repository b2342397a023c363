import SpoolJob

extension ImageFormat {
    /// The bytes that ``isBegun(by:)`` needs.
    package static let signatureLength = 12

    /// Whether a file that begins so can be of this format, as file(1) would tell.
    package func isBegun(by head: [UInt8]) -> Bool {
        func has(_ text: String, at offset: Int) -> Bool { head.dropFirst(offset).starts(with: text.utf8) }
        return switch self {
        case .jpeg: head.starts(with: [0xFF, 0xD8, 0xFF])
        case .png: head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        case .webp: has("RIFF", at: 0) && has("WEBP", at: 8)
        case .gif: has("GIF89a", at: 0) || has("GIF87a", at: 0)
        // Classic and big files, in either byte order.
        case .tiff: has("II*\0", at: 0) || has("MM\0*", at: 0) || has("II+\0", at: 0) || has("MM\0+", at: 0)
        case .avif: has("ftyp", at: 4)
        // A container, or the code alone.
        case .jxl: has("JXL \r\n", at: 4) || head.starts(with: [0xFF, 0x0A])
        case .jp2: has("jP  \r\n", at: 4) || head.starts(with: [0xFF, 0x4F, 0xFF, 0x51])
        }
    }
}
