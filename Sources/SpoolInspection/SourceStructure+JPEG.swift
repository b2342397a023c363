import Glibc
import SpoolJob

extension SourceStructure {
    /// Walks the markers, those between and after scans too: libjpeg keeps each APP segment that it meets.
    /// - Returns: whether there is a gain map.
    static func checkJPEG(_ reader: ByteReader, _ budget: inout StructureBudget) throws(JobError) -> Bool {
        var position = 2
        var hasGainMap = false
        while let marker = try nextMarker(in: reader, from: position), marker.code != 0xD9,
            let length = try reader.number(at: marker.end, bytes: 2), length >= 2
        {
            position = marker.end + length
            try budget.addPart()
            switch marker.code {
            case 0xDA: try budget.addScan()
            case 0xE0...0xEF, 0xFE:
                try budget.addMetadata(length)
                if !hasGainMap, marker.code == 0xE1 || marker.code == 0xE2,
                    let content = try reader.bytes(at: marker.end + 2, length - 2)
                {
                    hasGainMap = tellsOfGainMap(content, marker.code)
                }
            default: break
            }
        }
        return hasGainMap
    }

    /// The gain map is a second picture behind the first. XMP tells of it (Android's Ultra HDR), or a segment of ISO 21496-1.
    private static func tellsOfGainMap(_ content: ArraySlice<UInt8>, _ code: UInt8) -> Bool {
        if code == 0xE2 { return content.starts(with: "urn:iso:std:iso:ts:21496:-1\0".utf8) }
        return content.starts(with: "http://ns.adobe.com/xap/1.0/\0".utf8)
            && contains(content, "http://ns.adobe.com/hdr-gain-map/1.0/")
    }

    private static func contains(_ content: ArraySlice<UInt8>, _ text: StaticString) -> Bool {
        unsafe content.withUnsafeBytes { content in
            let length = text.utf8CodeUnitCount
            var place = 0
            while content.count - place >= length, let start = content.baseAddress,
                let found = unsafe memchr(start + place, Int32(text.utf8Start[0]), content.count - place - length + 1)
            {
                if unsafe memcmp(found, text.utf8Start, length) == 0 { return true }
                place = unsafe UnsafeRawPointer(found) - start + 1
            }
            return false
        }
    }

    /// The next marker that has a segment or ends the picture: bytes of scans and marks within them are passed over.
    private static func nextMarker(
        in reader: ByteReader, from start: Int
    ) throws(JobError) -> (code: UInt8, end: Int)? {
        // A byte of 0xFF before a part's end counts for the next part.
        var isBegun = false
        return unsafe try reader.firstFound(from: start) { (part, offset) -> (code: UInt8, end: Int)? in
            guard let base = part.baseAddress else { return nil }
            var place = 0
            while place < part.count {
                if !isBegun {
                    guard let found = unsafe memchr(base + place, 0xFF, part.count - place) else { return nil }
                    place = unsafe UnsafeRawPointer(found) - base + 1
                    isBegun = true
                    continue
                }
                let code = unsafe part[place]
                place += 1
                switch code {
                // A filler before a marker.
                case 0xFF: continue
                case 0x00, 0x01, 0xD0...0xD8: isBegun = false
                default: return (code, offset + place)
                }
            }
            return nil
        }
    }
}
