import SpoolInspection

/// The EXIF of a JPEG, as far as it takes to see how the picture is turned and whether it says where it was taken.
///
/// It knows less than libexif, and says so: what is unusual in any way is not read at all.
struct EXIFBlock {
    private(set) var orientation = Orientation.upright
    private(set) var hasPosition = false

    private let bytes: [UInt8]
    private let isLittleEndian: Bool

    private enum Tag {
        static let orientation = 0x0112
        static let position = 0x8825
        /// Texts, resolution, software, dates: what libexif shows of the picture itself.
        static let usual: Set = [
            0x010E, 0x010F, 0x0110, orientation, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x013B, 0x0213, 0x8298,
        ]
    }

    private struct Entry {
        var tag, type, count, place: Int

        /// Bytes of all its values, of the types that there are.
        var length: Int? {
            let lengths = [1, 1, 2, 4, 8, 1, 1, 2, 4, 8]
            return lengths.indices.contains(type - 1) ? lengths[type - 1] * count : nil
        }
    }

    /// - Parameter segment: what stands behind the segment's length: "Exif", and a TIFF without pictures.
    /// - Returns: nil for what libexif may read otherwise, or not at all.
    init?(_ segment: [UInt8]) {
        guard segment.starts(with: "Exif\0\0".utf8), segment.count >= 14 else { return nil }
        bytes = Array(segment[6...])
        switch (bytes[0], bytes[1]) {
        case (0x49, 0x49): isLittleEndian = true
        case (0x4D, 0x4D): isLittleEndian = false
        default: return nil
        }
        guard number(2, at: 2) == 42, let first = number(4, at: 4), let (entries, next) = folder(at: first),
            entries.contains(where: { Tag.usual.contains($0.tag) })
        else { return nil }

        let turns = entries.filter { $0.tag == Tag.orientation }
        guard turns.count <= 1 else { return nil }
        if let turn = turns.first {
            guard turn.type == 3, turn.count == 1, let value = number(2, at: turn.place),
                let orientation = Orientation(rawValue: value)
            else { return nil }
            self.orientation = orientation
        } else if next != 0 {
            // Without one here libvips takes that of the thumbnail.
            return nil
        }

        let positions = entries.filter { $0.tag == Tag.position }
        guard positions.count <= 1 else { return nil }
        if let position = positions.first {
            guard position.type == 4, position.count == 1, let place = number(4, at: position.place),
                let (entries, _) = folder(at: place), !entries.isEmpty, entries.allSatisfy({ $0.tag <= 30 })
            else { return nil }
            hasPosition = true
        }
    }

    private func number(_ length: Int, at place: Int) -> Int? {
        guard place >= 0, place + length <= bytes.count else { return nil }
        let part = bytes[place..<(place + length)]
        return isLittleEndian
            ? part.reversed().reduce(0) { $0 << 8 | Int($1) } : part.reduce(0) { $0 << 8 | Int($1) }
    }

    /// The entries of a directory, and where the next one is.
    /// - Returns: nil if any of it lies outside.
    private func folder(at place: Int) -> (entries: [Entry], next: Int)? {
        guard place >= 8, let count = number(2, at: place), (1...200).contains(count),
            let next = number(4, at: place + 2 + 12 * count)
        else { return nil }
        var entries: [Entry] = []
        for index in 0..<count {
            let start = place + 2 + 12 * index
            guard let tag = number(2, at: start), let type = number(2, at: start + 2),
                let values = number(4, at: start + 4), values > 0
            else { return nil }
            var entry = Entry(tag: tag, type: type, count: values, place: start + 8)
            guard let length = entry.length else { return nil }
            if length > 4 {
                guard let place = number(4, at: start + 8), place + length <= bytes.count else { return nil }
                entry.place = place
            }
            entries.append(entry)
        }
        return (entries, next)
    }
}
