import SpoolJob
import SpoolWire

/// The boxes of a HEIC or AVIF file that say which pictures it has, and of what they are made.
///
/// libheif follows them without bounds: a picture made of itself ends the process, and one of 65,000 tiles takes
/// gigabytes. ISO/IEC 14496-12 and 23008-12 have the boxes.
struct HEIFBoxes {
    private let reader: ByteReader
    private var budget: StructureBudget
    private let limits: RenderLimits

    private var items: [Int: Item] = [:]
    /// By position in `ipco`, from 1 on.
    private var properties: [Property] = []
    /// Where the bytes of items of their own box begin.
    private var ownData: Range<Int>?

    /// The pictures that one is made of: phones with 50 megapixels write 200.
    private static let mostTiles = 512
    /// Encoders fill blocks up, and a crop takes the rest away.
    private static let mostPadding = 256

    struct Item {
        var type = ""
        /// Numbers of items it is made of.
        var origins: [Int] = []
        var properties: [Int] = []
        /// Where its bytes lie in the file, or in the items' own box.
        var parts: [(start: Int, length: Int)] = []
        var liesInOwnData = false

        var isDerived: Bool { ["grid", "iovl", "iden", "tmap"].contains(type) }
        var isMetadata: Bool { ["Exif", "mime", "uri "].contains(type) }
    }

    enum Property: Equatable {
        case size(width: Int, height: Int)
        /// What the picture's own header says, if it stands in the box.
        case coded(CodedSize?)
        /// The picture is one (Apple's way).
        case gainMap
        case other
    }

    private struct Box {
        var type: String
        /// What follows length and type.
        var content: Range<Int>
    }

    init(_ reader: ByteReader, _ budget: StructureBudget, _ limits: RenderLimits) {
        self.reader = reader
        self.budget = budget
        self.limits = limits
    }

    mutating func check() throws(JobError) {
        for box in try boxes(in: 0..<reader.length) where box.type == "meta" { try readItems(box.content) }
        for number in items.keys.sorted() {
            guard let item = items[number] else { continue }
            if item.isMetadata { try budget.addMetadata(item.parts.reduce(0) { $0.saturatingAdd($1.length) }) }
            if item.isDerived { try checkOrigins(of: item) }
            try checkCodedSize(of: item)
        }
    }

    /// As ISO 21496-1 has it, or Apple.
    var haveGainMap: Bool { items.values.contains { $0.type == "tmap" } || properties.contains(.gainMap) }

    // MARK: What it is made of

    private func checkOrigins(of item: Item) throws(JobError) {
        let origins = Set(item.origins)
        // A gain map joins two pictures that may have tiles; libheif does not follow it.
        guard item.type == "tmap" || !origins.contains(where: { items[$0]?.isDerived == true }) else {
            throw budget.tooComplex("makes a picture of pictures that are made of others themselves")
        }
        var area = 0
        for origin in item.origins {
            guard let size = items[origin].flatMap(size) else { continue }
            area = area.saturatingAdd(size.width.multipliedReportingOverflow(by: size.height).partialValue)
        }
        // Tiles stand out at two sides.
        guard area / 2 <= limits.inputPixels else {
            throw JobError(
                .inputTooManyPixels,
                "the tiles of the image have \(area) pixels together, the limit is \(limits.inputPixels) "
                    + "(limits.input-pixels)")
        }
    }

    // MARK: Sizes

    private func size(of item: Item) -> (width: Int, height: Int)? {
        for number in item.properties where properties.indices.contains(number - 1) {
            if case .size(let width, let height) = properties[number - 1] { return (width, height) }
        }
        return nil
    }

    /// The decoder makes the size that the coded picture has, whatever the boxes say.
    private func checkCodedSize(of item: Item) throws(JobError) {
        guard ["av01", "hvc1", "hev1"].contains(item.type), let size = size(of: item) else { return }
        for coded in try codedSizes(of: item) {
            guard coded.width <= size.width + Self.mostPadding, coded.height <= size.height + Self.mostPadding else {
                throw JobError(
                    .inputCorrupt,
                    "the file says that a picture has \(size.width)×\(size.height) pixels, but it is coded with "
                        + "\(coded.width)×\(coded.height)")
            }
        }
    }

    private func codedSizes(of item: Item) throws(JobError) -> [CodedSize] {
        var sizes: [CodedSize] = []
        for number in item.properties where properties.indices.contains(number - 1) {
            if case .coded(let size?) = properties[number - 1] { sizes.append(size) }
        }
        guard item.type == "av01", let part = item.parts.first else { return sizes }
        // The sequence header comes first.
        let start = item.liesInOwnData ? (ownData?.lowerBound ?? 0).saturatingAdd(part.start) : part.start
        let length = min(part.length == 0 ? Int.max : part.length, 4096, max(0, reader.length - start))
        if let bytes = try reader.bytes(at: start, length), let size = CodedSize(av1: bytes) { sizes.append(size) }
        return sizes
    }

    // MARK: Reading

    /// The boxes that lie side by side in a part of the file, as far as they are whole.
    private mutating func boxes(in range: Range<Int>) throws(JobError) -> [Box] {
        var boxes: [Box] = []
        var position = range.lowerBound
        while position + 8 <= range.upperBound, let short = try reader.number(at: position, bytes: 4),
            let type = try reader.name(at: position + 4)
        {
            var (length, start) = (short, position + 8)
            if short == 1 {
                guard let long = try reader.number(at: start, bytes: 8) else { break }
                (length, start) = (long, start + 8)
            } else if short == 0 {
                length = range.upperBound - position
            }
            // What is cut off is damage.
            guard length >= start - position, length <= range.upperBound - position else { break }
            try budget.addPart()
            boxes.append(Box(type: type, content: start..<(position + length)))
            position += length
        }
        return boxes
    }

    private mutating func readItems(_ content: Range<Int>) throws(JobError) {
        guard content.count >= 4 else { return }
        for box in try boxes(in: (content.lowerBound + 4)..<content.upperBound) {
            switch box.type {
            case "iinf": try readTypes(box.content)
            case "iref": try readReferences(box.content)
            case "iprp": try readProperties(box.content)
            case "iloc": try readPlaces(box.content)
            case "idat": ownData = box.content
            default: break
            }
        }
    }

    private mutating func readTypes(_ content: Range<Int>) throws(JobError) {
        var fields = Fields(reader, content)
        guard let version = try fields.version(), try fields.next(version == 0 ? 2 : 4) != nil else { return }
        for box in try boxes(in: fields.rest) where box.type == "infe" {
            var fields = Fields(reader, box.content)
            guard let version = try fields.version(), version >= 2, let number = try fields.next(version == 2 ? 2 : 4),
                try fields.next(2) != nil, let type = try fields.name()
            else { continue }
            items[number, default: Item()].type = type
        }
    }

    private mutating func readReferences(_ content: Range<Int>) throws(JobError) {
        var fields = Fields(reader, content)
        guard let version = try fields.version() else { return }
        let bytes = version == 0 ? 2 : 4
        for box in try boxes(in: fields.rest) where box.type == "dimg" {
            var fields = Fields(reader, box.content)
            guard let item = try fields.next(bytes), let count = try fields.next(2) else { continue }
            guard count <= Self.mostTiles else {
                throw budget.tooComplex("makes one picture of \(count) others, and at most \(Self.mostTiles) are read")
            }
            for _ in 0..<count {
                guard let origin = try fields.next(bytes) else { break }
                items[item, default: Item()].origins.append(origin)
            }
        }
    }

    private mutating func readProperties(_ content: Range<Int>) throws(JobError) {
        let boxes = try boxes(in: content)
        for box in boxes where box.type == "ipco" {
            for property in try self.boxes(in: box.content) { properties.append(try self.property(property)) }
        }
        for box in boxes where box.type == "ipma" { try readAssociations(box.content) }
    }

    private func property(_ box: Box) throws(JobError) -> Property {
        var fields = Fields(reader, box.content)
        switch box.type {
        case "ispe":
            guard try fields.version() != nil, let width = try fields.next(4), let height = try fields.next(4) else {
                return .other
            }
            return .size(width: width, height: height)
        case "av1C", "hvcC":
            guard let bytes = try reader.bytes(at: box.content.lowerBound, min(box.content.count, 1 << 15)) else {
                return .other
            }
            return .coded(box.type == "av1C" ? CodedSize(av1: bytes.dropFirst(4)) : CodedSize(hevcConfiguration: bytes))
        case "auxC":
            let urn = Array("urn:com:apple:photo:2020:aux:hdrgainmap\0".utf8)
            // Version and flags come first.
            return try reader.bytes(at: box.content.lowerBound + 4, min(urn.count, max(0, box.content.count - 4)))
                .map(Array.init) == urn ? .gainMap : .other
        default: return .other
        }
    }

    private mutating func readAssociations(_ content: Range<Int>) throws(JobError) {
        var fields = Fields(reader, content)
        guard let version = try fields.version(), let count = try fields.next(4) else { return }
        for _ in 0..<count {
            guard let item = try fields.next(version == 0 ? 2 : 4), let associations = try fields.next(1) else {
                return
            }
            for _ in 0..<associations {
                guard let association = try fields.next(fields.flags & 1 == 0 ? 1 : 2) else { return }
                try budget.addPart()
                // The highest bit says whether it is essential.
                items[item, default: Item()].properties.append(association & (fields.flags & 1 == 0 ? 0x7F : 0x7FFF))
            }
        }
    }

    private mutating func readPlaces(_ content: Range<Int>) throws(JobError) {
        var fields = Fields(reader, content)
        guard let version = try fields.version(), version <= 2, let sizes = try fields.next(2),
            let count = try fields.next(version == 2 ? 4 : 2)
        else { return }
        let (offsetBytes, lengthBytes, baseBytes) = (sizes >> 12 & 15, sizes >> 8 & 15, sizes >> 4 & 15)
        let indexBytes = version == 0 ? 0 : sizes & 15
        for _ in 0..<count {
            guard let item = try fields.next(version == 2 ? 4 : 2) else { return }
            let method = version == 0 ? 0 : try fields.next(2) ?? 0
            guard try fields.next(2) != nil, let base = try fields.next(baseBytes), let parts = try fields.next(2)
            else {
                return
            }
            items[item, default: Item()].liesInOwnData = method & 15 == 1
            for _ in 0..<parts {
                guard try fields.next(indexBytes) != nil, let offset = try fields.next(offsetBytes),
                    let length = try fields.next(lengthBytes)
                else { return }
                try budget.addPart()
                items[item]?.parts.append((base.saturatingAdd(offset), length))
            }
        }
    }

    /// Reads numbers of a box one after the other.
    private struct Fields {
        let reader: ByteReader
        var rest: Range<Int>
        private(set) var flags = 0

        init(_ reader: ByteReader, _ content: Range<Int>) {
            self.reader = reader
            rest = content
        }

        /// - Returns: nil at the end of the box; 0 for no bytes.
        mutating func next(_ bytes: Int) throws(JobError) -> Int? {
            guard bytes <= min(8, rest.count), let number = try reader.number(at: rest.lowerBound, bytes: bytes) else {
                return nil
            }
            rest = (rest.lowerBound + bytes)..<rest.upperBound
            return number
        }

        mutating func version() throws(JobError) -> Int? {
            guard let number = try next(4) else { return nil }
            flags = number & 0xFFFFFF
            return number >> 24
        }

        mutating func name() throws(JobError) -> String? {
            guard rest.count >= 4, let name = try reader.name(at: rest.lowerBound) else { return nil }
            rest = (rest.lowerBound + 4)..<rest.upperBound
            return name
        }
    }
}
