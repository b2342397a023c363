import SpoolInspection
import SpoolPlanes
import SpoolWire

/// A file that was written, and can be changed.
protocol EditableFile {
    /// `count` bytes, or nil beyond the end.
    func bytes(_ count: Int, at position: Int) -> [UInt8]?
    /// Replaces bytes. Returns false if that is not possible.
    func write(_ bytes: [UInt8], at position: Int) -> Bool
    func truncate(to length: Int)
}

extension OutputFile: EditableFile {}

/// One that is nowhere but in memory, as small ones may be.
final class MemoryFile: EditableFile {
    private(set) var content: [UInt8]

    init(_ content: [UInt8]) { self.content = content }

    func bytes(_ count: Int, at position: Int) -> [UInt8]? {
        position + count <= content.count ? Array(content[position..<(position + count)]) : nil
    }

    func write(_ bytes: [UInt8], at position: Int) -> Bool {
        guard position + bytes.count <= content.count else { return false }
        content.replaceSubrange(position..<(position + bytes.count), with: bytes)
        return true
    }

    func truncate(to length: Int) { content.removeSubrange(length...) }
}

extension EditableFile {
    /// Cuts off an EXIF chunk at the end of a WebP file.
    ///
    /// libvips 8.14 ignores `strip` for WebP: an image without metadata still gets some 200 bytes of EXIF that say
    /// nothing, a tenth of a small thumbnail. They come last, so the file can be shortened. A file of any other shape
    /// is left alone.
    func removeWebPMetadata() {
        guard let head = bytes(30, at: 0), head.has("RIFF", at: 0), head.has("WEBPVP8X", at: 8) else { return }
        let length = head.littleEndian(at: 4) + 8
        var position = 12
        while let chunk = bytes(8, at: position) {
            let end = position + 8 + (chunk.littleEndian(at: 4) + 1) / 2 * 2
            if chunk.has("EXIF", at: 0) && end == length { break }
            position = end
        }
        guard position < length else { return }
        let size = UInt32(position - 8)
        let sizeBytes = (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
        // The flags of the file's parts: without the one for EXIF.
        if write(sizeBytes, at: 4), write([head[20] & ~0x08], at: 20) { truncate(to: position) }
    }
}

extension [UInt8] {
    fileprivate func littleEndian(at offset: Int) -> Int {
        self[offset..<(offset + 4)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
