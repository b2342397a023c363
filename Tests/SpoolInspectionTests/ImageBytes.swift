/// The bytes of image files, as far as their structure goes.
enum ImageBytes {
    static func bigEndian(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func littleEndian(_ value: Int, _ bytes: Int) -> [UInt8] { bigEndian(value, bytes).reversed() }

    // MARK: JPEG

    static func segment(_ code: UInt8, _ content: [UInt8] = []) -> [UInt8] {
        [0xFF, code] + bigEndian(content.count + 2, 2) + content
    }

    /// A scan whose data has all that is no marker.
    static let scan = segment(0xDA, [1, 1, 0, 0, 63, 0]) + [0x12, 0xFF, 0x00, 0xFF, 0xD3, 0xFF, 0xFF, 0x00, 0x34]

    static func jpeg(_ parts: [[UInt8]]) -> [UInt8] { [0xFF, 0xD8] + parts.flatMap(\.self) + [0xFF, 0xD9] }

    // MARK: PNG

    static func png(_ chunks: [(name: String, content: [UInt8])]) -> [UInt8] {
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        for (name, content) in chunks + [("IEND", [])] {
            file += bigEndian(content.count, 4) + Array(name.utf8) + content + [0, 0, 0, 0]
        }
        return file
    }

    // MARK: WebP

    static func webp(_ chunks: [(name: String, content: [UInt8])]) -> [UInt8] {
        let content = chunks.flatMap { chunk in
            Array(chunk.name.utf8) + littleEndian(chunk.content.count, 4) + chunk.content
                + [UInt8](repeating: 0, count: chunk.content.count % 2)
        }
        return Array("RIFF".utf8) + littleEndian(content.count + 4, 4) + Array("WEBP".utf8) + content
    }

    // MARK: GIF

    static func gif(_ blocks: [[UInt8]]) -> [UInt8] {
        Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0] + [UInt8](repeating: 0, count: 6) + blocks.flatMap(\.self) + [
            0x3B
        ]
    }

    static let gifFrame: [UInt8] = [0x21, 0xF9, 4, 0, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]

    static func gifComment(_ length: Int) -> [UInt8] {
        [0x21, 0xFE] + (0..<(length / 200)).flatMap { _ in [200] + [UInt8](repeating: 0x61, count: 200) } + [0]
    }

    // MARK: TIFF

    /// Directories one after the other, each with one tag, in the byte order that is asked for.
    static func tiff(pages: Int, bytesOfTag: Int, little: Bool = true, leadsBack: Bool = false) -> [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] {
            little ? littleEndian(value, bytes) : bigEndian(value, bytes)
        }
        var file = (little ? [0x49, 0x49] : [0x4D, 0x4D]) + number(42, 2) + number(8, 4)
        for page in 0..<pages {
            let next = page + 1 < pages ? file.count + 18 : leadsBack ? 8 : 0
            file +=
                number(1, 2) + number(700, 2) + number(1, 2) + number(bytesOfTag, 4) + number(0, 4) + number(next, 4)
        }
        return file
    }

    // MARK: HEIF

    static func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
        bigEndian(content.count + 8, 4) + Array(type.utf8) + content
    }

    static func fullBox(_ type: String, _ version: Int = 0, _ content: [UInt8]) -> [UInt8] {
        box(type, bigEndian(version << 24, 4) + content)
    }

    struct HEIFItem {
        var type: String
        var origins: [Int] = []
        /// By position in the file's properties, from 1 on.
        var properties: [Int] = []
        var data: (start: Int, length: Int)?
    }

    /// Items are numbered from 1 on.
    static func heif(
        _ items: [HEIFItem], properties: [[UInt8]] = [], after data: [UInt8] = [], brand: String = "avif"
    ) -> [UInt8] {
        var (types, references, associations, places): ([UInt8], [UInt8], [UInt8], [UInt8]) = ([], [], [], [])
        for (index, item) in items.enumerated() {
            let number = bigEndian(index + 1, 2)
            types += fullBox("infe", 2, number + [0, 0] + Array(item.type.utf8) + [0])
            if !item.origins.isEmpty {
                references += box(
                    "dimg", number + bigEndian(item.origins.count, 2) + item.origins.flatMap { bigEndian($0, 2) })
            }
            associations += number + [UInt8(item.properties.count)] + item.properties.map { UInt8($0) | 0x80 }
            guard let data = item.data else { continue }
            places += number + [0, 0, 0, 1] + bigEndian(data.start, 4) + bigEndian(data.length, 4)
        }
        let stored = items.count { $0.data != nil }
        let kinds = fullBox("iinf", bigEndian(items.count, 2) + types) + fullBox("iref", references)
        let described =
            box("ipco", properties.flatMap(\.self)) + fullBox("ipma", bigEndian(items.count, 4) + associations)
        let placed = fullBox("iloc", [0x44, 0x00] + bigEndian(stored, 2) + places)
        return box("ftyp", Array("\(brand)\0\0\0\0mif1".utf8)) + box("mdat", data)
            + fullBox("meta", kinds + box("iprp", described) + placed)
    }

    private static func fullBox(_ type: String, _ content: [UInt8]) -> [UInt8] { fullBox(type, 0, content) }

    static func size(_ width: Int, _ height: Int) -> [UInt8] {
        fullBox("ispe", bigEndian(width, 4) + bigEndian(height, 4))
    }

    /// A unit with the sequence header of a still picture, as an AV1 encoder writes it in its short form.
    static func av1(_ width: Int, _ height: Int) -> [UInt8] {
        var bits = Bits()
        // Profile 0, a still picture, the short form, level 8.
        bits.add(0b000_1_1_01000, 10)
        for _ in 0..<2 { bits.add(15, 4) }
        for side in [width, height] { bits.add(side - 1, 16) }
        // A temporal delimiter, then the header with its length.
        return [0x12, 0x00, 0x0A, UInt8(bits.bytes.count)] + bits.bytes
    }

    /// The content of `hvcC` with a parameter set of two layers.
    static func hevc(_ width: Int, _ height: Int) -> [UInt8] {
        var bits = Bits()
        // Set 0, a second layer, no nesting; the profile and level of both, the second's without profile.
        bits.add(0b0000_001_0, 8)
        for _ in 0..<12 { bits.add(0, 8) }
        bits.add(0b01, 2)
        bits.add(0, 14)
        bits.add(93, 8)
        for value in [0, 1, width, height] { bits.addExponential(value) }
        var unit: [UInt8] = [0x42, 0x01]
        for byte in bits.bytes {
            // Two zeros and a small byte would look like the start of a unit.
            if unit.suffix(2) == [0, 0] && byte <= 3 { unit.append(3) }
            unit.append(byte)
        }
        let other: [UInt8] = [0xA0, 0, 1, 0, 2, 0x40, 0x01]
        return [UInt8](repeating: 1, count: 22) + [2] + other + [0xA1, 0, 1] + bigEndian(unit.count, 2) + unit
    }

    private struct Bits {
        private var bits: [UInt8] = []

        mutating func add(_ value: Int, _ count: Int) {
            bits += (0..<count).reversed().map { UInt8(value >> $0 & 1) }
        }

        mutating func addExponential(_ value: Int) {
            let length = (value + 1).bitWidth - (value + 1).leadingZeroBitCount
            add(0, length - 1)
            add(value + 1, length)
        }

        var bytes: [UInt8] {
            stride(from: 0, to: bits.count, by: 8).map { start in
                bits[start..<min(start + 8, bits.count)].enumerated().reduce(0) { $0 | $1.element << (7 - $1.offset) }
            }
        }
    }
}
