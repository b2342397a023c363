/// The size that a picture has by the header of its own coding.
struct CodedSize: Equatable {
    var width, height: Int

    /// - Parameter bytes: open bitstream units; those of other kinds before the sequence header are passed over.
    /// - Returns: nil if there is no whole sequence header. AV1 Bitstream & Decoding Process Specification, 5.3 and 5.5.
    init?(av1 bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while let header = rest.popFirst() {
            if header & 4 != 0 { _ = rest.popFirst() }
            var length = rest.count
            if header & 2 != 0 {
                guard let read = Self.littleEndianBase128(&rest) else { return nil }
                length = min(read, rest.count)
            }
            if header >> 3 & 15 == 1 {
                var bits = Bits(rest.prefix(length))
                guard let size = Self(sequenceHeader: &bits) else { return nil }
                self = size
                return
            }
            rest = rest.dropFirst(length)
        }
        return nil
    }

    private static func littleEndianBase128(_ bytes: inout ArraySlice<UInt8>) -> Int? {
        var value = 0
        for place in 0..<8 {
            guard let byte = bytes.popFirst() else { return nil }
            value |= Int(byte & 0x7F) << (7 * place)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    private init?(sequenceHeader bits: inout Bits) {
        // Profile and still picture.
        guard bits.skip(4), let isReduced = bits.next(1) else { return nil }
        if isReduced == 1 {
            guard bits.skip(5) else { return nil }
        } else {
            guard Self.skipOperatingPoints(&bits) else { return nil }
        }
        guard let widthBits = bits.next(4), let heightBits = bits.next(4), let width = bits.next(widthBits + 1),
            let height = bits.next(heightBits + 1)
        else { return nil }
        self.init(width: width + 1, height: height + 1)
    }

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    private static func skipOperatingPoints(_ bits: inout Bits) -> Bool {
        var delayBits: Int?
        guard let hasTiming = bits.next(1) else { return false }
        if hasTiming == 1 {
            guard bits.skip(64), let isEqual = bits.next(1), isEqual == 0 || bits.exponential() != nil,
                let hasModel = bits.next(1)
            else { return false }
            if hasModel == 1 {
                guard let length = bits.next(5), bits.skip(32 + 5 + 5) else { return false }
                delayBits = length + 1
            }
        }
        guard let hasDelay = bits.next(1), let points = bits.next(5) else { return false }
        for _ in 0...points {
            guard bits.skip(12), let level = bits.next(5), level <= 7 || bits.skip(1) else { return false }
            if let delayBits {
                guard let hasModel = bits.next(1), hasModel == 0 || bits.skip(2 * delayBits + 1) else { return false }
            }
            if hasDelay == 1 {
                guard let isHere = bits.next(1), isHere == 0 || bits.skip(4) else { return false }
            }
        }
        return true
    }

    /// - Parameter bytes: a decoder configuration record, ISO/IEC 14496-15, 8.3.3.1.
    /// - Returns: nil if it has no whole sequence parameter set.
    init?(hevcConfiguration bytes: ArraySlice<UInt8>) {
        var rest = bytes.dropFirst(22)
        guard let arrays = rest.popFirst() else { return nil }
        func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
            guard let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
            return Int(high) << 8 | Int(low)
        }
        for _ in 0..<arrays {
            guard let kind = rest.popFirst(), let units = number(&rest) else { return nil }
            for _ in 0..<units {
                guard let length = number(&rest), length <= rest.count else { return nil }
                if kind & 0x3F == 33, let size = Self(parameterSet: rest.prefix(length)) {
                    self = size
                    return
                }
                rest = rest.dropFirst(length)
            }
        }
        return nil
    }

    /// A sequence parameter set with its header of two bytes. ITU-T H.265, 7.3.2.2.
    private init?(parameterSet unit: ArraySlice<UInt8>) {
        var bits = Bits(Self.withoutEscapes(unit.dropFirst(2))[...])
        guard bits.skip(4), let layers = bits.next(3), bits.skip(1 + 96) else { return nil }
        var hasProfile: [Bool] = []
        var hasLevel: [Bool] = []
        for _ in 0..<layers {
            guard let profile = bits.next(1), let level = bits.next(1) else { return nil }
            hasProfile.append(profile == 1)
            hasLevel.append(level == 1)
        }
        if layers > 0 { guard bits.skip(2 * (8 - layers)) else { return nil } }
        for layer in 0..<layers {
            guard bits.skip((hasProfile[layer] ? 88 : 0) + (hasLevel[layer] ? 8 : 0)) else { return nil }
        }
        guard bits.exponential() != nil, let chroma = bits.exponential(), chroma != 3 || bits.skip(1),
            let width = bits.exponential(), let height = bits.exponential()
        else { return nil }
        self.init(width: width, height: height)
    }

    /// A three after two zeros was put in by the encoder, so that no start code stands in the data.
    private static func withoutEscapes(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var zeros = 0
        for byte in bytes {
            if zeros >= 2 && byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            result.append(byte)
        }
        return result
    }
}

/// Reads bits from the highest of the first byte on.
private struct Bits {
    private let bytes: ArraySlice<UInt8>
    private var position = 0

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    private var left: Int { bytes.count * 8 - position }

    /// - Returns: nil if there are not so many.
    mutating func next(_ count: Int) -> Int? {
        guard count <= min(32, left) else { return nil }
        var value = 0
        for _ in 0..<count {
            let byte = bytes[bytes.startIndex + position / 8]
            value = value << 1 | Int(byte >> (7 - position % 8) & 1)
            position += 1
        }
        return value
    }

    mutating func skip(_ count: Int) -> Bool {
        guard count <= left else { return false }
        position += count
        return true
    }

    /// An unsigned number as Exp-Golomb code; both formats write it so.
    mutating func exponential() -> Int? {
        var zeros = 0
        while let bit = next(1), bit == 0 { zeros += 1 }
        guard zeros <= 31, let rest = next(zeros) else { return nil }
        return (1 << zeros) - 1 + rest
    }
}
