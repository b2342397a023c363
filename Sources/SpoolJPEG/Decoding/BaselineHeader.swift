/// The header of a usual JPEG file: Huffman codes, 8 bits a sample, all components in one scan, brightness and colour in one
/// of the usual subsamplings.
struct BaselineHeader {
    struct Component {
        var identifier: UInt8
        /// Blocks in a unit of the scan.
        var across, down: Int
        /// By number, of ``steps``, ``differenceCodes`` and ``coefficientCodes``.
        var steps: Int
        var differences = 0, coefficients = 0
    }

    private(set) var width = 0, height = 0
    /// One, or three: brightness and two of colour.
    private(set) var components: [Component] = []
    /// Of quantisation, row by row; 64, or none if the file has none of this number.
    private(set) var steps: [[Int16]] = Array(repeating: [], count: 4)
    /// Of first coefficients, as differences.
    private(set) var differenceCodes: [HuffmanCode?] = [nil, nil, nil, nil]
    /// Of all others.
    private(set) var coefficientCodes: [HuffmanCode?] = [nil, nil, nil, nil]
    /// In units of the scan; 0 for none.
    private(set) var restartInterval = 0
    /// Where the scan begins in the file.
    private(set) var scan = 0

    /// From places in the order of the file (zigzag) to rows and columns. What lies beyond a block has a place behind it.
    static let order: InlineArray<128, UInt8> = {
        var order = InlineArray<128, UInt8>(repeating: 64)
        var place = 0
        for diagonal in 0..<15 {
            for step in max(0, diagonal - 7)...min(diagonal, 7) {
                let (row, column) = diagonal % 2 == 0 ? (diagonal - step, step) : (step, diagonal - step)
                order[place] = UInt8(8 * row + column)
                place += 1
            }
        }
        return order
    }()

    /// - Returns: nil for any other file, and for one whose header is damaged.
    init?(_ bytes: Span<UInt8>) {
        guard Self.number(bytes, 0) == 0xFFD8 else { return nil }
        var position = 2
        while scan == 0 {
            guard let marker = Self.number(bytes, position), let length = Self.number(bytes, position + 2), length >= 2,
                position + 2 + length <= bytes.count
            else { return nil }
            let segment = bytes.extracting(position + 4..<position + 2 + length)
            position += 2 + length
            switch marker {
            case 0xFFC0, 0xFFC1: guard readFrame(segment) else { return nil }
            case 0xFFC4: guard readCodes(segment) else { return nil }
            case 0xFFDA:
                guard readScan(segment) else { return nil }
                scan = position
            case 0xFFDB: guard readSteps(segment) else { return nil }
            case 0xFFDD:
                guard segment.count == 2, let interval = Self.number(segment, 0) else { return nil }
                restartInterval = interval
            case 0xFFE0...0xFFEF, 0xFFFE: break
            // Progressive, arithmetic, lossless or hierarchical, or no marker at all.
            default: return nil
            }
        }
    }

    private static func number(_ bytes: Span<UInt8>, _ position: Int) -> Int? {
        guard position + 2 <= bytes.count else { return nil }
        return Int(bytes[position]) << 8 | Int(bytes[position + 1])
    }

    private mutating func readFrame(_ segment: Span<UInt8>) -> Bool {
        guard components.isEmpty, segment.count >= 6, segment[0] == 8, let height = Self.number(segment, 1),
            let width = Self.number(segment, 3), width > 0, height > 0
        else { return false }
        (self.width, self.height) = (width, height)
        let count = Int(segment[5])
        guard count == 1 || count == 3, segment.count == 6 + 3 * count else { return false }
        for start in stride(from: 6, to: segment.count, by: 3) {
            let factors = segment[start + 1]
            components.append(
                Component(
                    identifier: segment[start], across: Int(factors >> 4), down: Int(factors & 15),
                    steps: Int(segment[start + 2])))
        }
        let identifiers = Set(components.map(\.identifier))
        let hasFineColour = components.dropFirst().allSatisfy { $0.across == 1 && $0.down == 1 }
        guard identifiers.count == count, hasFineColour, components.allSatisfy({ $0.steps < 4 }) else { return false }
        let usual = count == 1 ? [(1, 1)] : [(1, 1), (2, 1), (2, 2), (1, 2), (4, 1)]
        return usual.contains { $0 == (components[0].across, components[0].down) }
    }

    private mutating func readSteps(_ segment: Span<UInt8>) -> Bool {
        var position = 0
        while position < segment.count {
            let number = Int(segment[position])
            guard number < 4, position + 65 <= segment.count else { return false }
            var table = [Int16](repeating: 0, count: 64)
            for place in 0..<64 { table[Int(Self.order[place])] = Int16(segment[position + 1 + place]) }
            steps[number] = table
            position += 65
        }
        return true
    }

    private mutating func readCodes(_ segment: Span<UInt8>) -> Bool {
        var position = 0
        while position < segment.count {
            guard position + 17 <= segment.count else { return false }
            let number = Int(segment[position] & 15)
            let counts = segment.extracting(position + 1..<position + 17)
            var total = 0
            for index in 0..<16 { total += Int(counts[index]) }
            guard number < 4, position + 17 + total <= segment.count,
                let code = HuffmanCode(
                    counts: counts, symbols: segment.extracting(position + 17..<position + 17 + total))
            else { return false }
            switch segment[position] >> 4 {
            case 0:
                // The symbols are sizes of differences.
                for index in 0..<total where segment[position + 17 + index] > 15 { return false }
                differenceCodes[number] = code
            case 1: coefficientCodes[number] = code
            default: return false
            }
            position += 17 + total
        }
        return true
    }

    private mutating func readScan(_ segment: Span<UInt8>) -> Bool {
        let count = components.count
        guard count > 0, segment.count == 4 + 2 * count, segment[0] == count,
            // All coefficients at once, in all their bits.
            segment[1 + 2 * count] == 0, segment[2 + 2 * count] == 63, segment[3 + 2 * count] == 0
        else { return false }
        for index in components.indices {
            let codes = segment[2 + 2 * index]
            let (differences, coefficients) = (Int(codes >> 4), Int(codes & 15))
            guard segment[1 + 2 * index] == components[index].identifier, differences < 4, coefficients < 4,
                differenceCodes[differences] != nil, coefficientCodes[coefficients] != nil,
                !steps[components[index].steps].isEmpty
            else { return false }
            components[index].differences = differences
            components[index].coefficients = coefficients
        }
        return true
    }
}
