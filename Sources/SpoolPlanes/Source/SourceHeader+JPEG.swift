import SpoolInspection
import SpoolJob

extension SourceHeader {
    /// What the segments before the pixels of a JPEG say, as libvips would report it.
    ///
    /// - Parameters:
    ///   - content: the file.
    ///   - planes: what is known of its pixels.
    /// - Returns: nil for what is unusual, and what only libvips can weigh: colours other than sRGB's among it.
    package init?(jpeg content: [UInt8], _ planes: PlanesPlanner.PlanesHeader, ignoringProfile: Bool) {
        var metadata: Set<MetadataKind> = []
        var exif: EXIFBlock?
        var position = 2
        while true {
            guard let mark = content.bigEndian(2, at: position), let length = content.bigEndian(2, at: position + 2),
                length >= 2, position + 2 + length <= content.count
            else { return nil }
            // Of the picture itself; nothing that follows is metadata.
            if mark == 0xFFDA { break }
            guard (0xFFC0...0xFFFE).contains(mark), !(0xFFD0...0xFFD9).contains(mark) else { return nil }
            let segment = content[(position + 4)..<(position + 2 + length)]
            position += 2 + length
            switch mark {
            case 0xFFE1 where segment.starts(with: "Exif".utf8):
                guard exif == nil, let block = EXIFBlock(Array(segment)) else { return nil }
                exif = block
                metadata.insert(.exif)
            case 0xFFE1 where segment.starts(with: "http://ns.adobe.com/xap/1.0/\0".utf8): metadata.insert(.xmp)
            case 0xFFE1 where segment.starts(with: "http".utf8): return nil
            case 0xFFE2 where segment.starts(with: "ICC_PROFILE".utf8):
                // One of several segments would be put together first.
                guard segment.count > 14, segment.starts(with: "ICC_PROFILE\0\u{1}\u{1}".utf8),
                    metadata.insert(.icc).inserted
                else { return nil }
                guard ignoringProfile || ColourProfile(Array(segment.dropFirst(14))).isSRGB else { return nil }
            case 0xFFED where segment.starts(with: "Photoshop 3.0\0".utf8): metadata.insert(.iptc)
            case 0xFFED where segment.starts(with: "Photo".utf8): return nil
            default: break
            }
        }
        self.init(
            size: planes.size, channels: planes.subsampling == nil ? 1 : 3, isGreyscale: planes.subsampling == nil,
            orientation: exif?.orientation ?? .upright, isSRGB: true, metadata: metadata)
        hasPosition = exif?.hasPosition ?? false
    }
}
