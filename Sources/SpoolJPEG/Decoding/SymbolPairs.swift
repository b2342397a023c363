/// What most bits of a scan mean, two symbols at a time: how many zeros, then which coefficient.
///
/// Most codes with the bits of their coefficients are so short that two of them, or one and the end of the block, are found
/// by one look.
enum SymbolPairs {
    /// Entries are found by so many bits.
    static let lookupBits = 11
    static let count = 1 << lookupBits

    /// The bits that an entry takes: its lowest four. 0, which all of the entry is then: the first symbol takes more bits, or
    /// its coefficient is larger than a byte.
    @inline(__always) static func length(_ entry: UInt32) -> Int { Int(truncatingIfNeeded: entry & 15) }
    /// Zeros before the first coefficient.
    @inline(__always) static func zeros(_ entry: UInt32) -> Int { Int(truncatingIfNeeded: entry &>> 4 & 15) }
    @inline(__always) static func first(_ entry: UInt32) -> Int16 { Int16(Int8(truncatingIfNeeded: entry &>> 8)) }
    /// 0 if there is none.
    @inline(__always) static func second(_ entry: UInt32) -> Int16 { Int16(Int8(truncatingIfNeeded: entry &>> 16)) }
    /// From the first coefficient to the second, 1 ... 16; 1 if there is none.
    @inline(__always) static func distance(_ entry: UInt32) -> Int { Int(truncatingIfNeeded: entry &>> 24 & 15) &+ 1 }
    /// From the place of the second coefficient to the next: 1, or 0 if there is no second one.
    @inline(__always) static func advance(_ entry: UInt32) -> Int { Int(truncatingIfNeeded: entry &>> 30 & 1) }
    /// Whether the block ends. The place of the second coefficient, which is 0, is behind the last then.
    @inline(__always) static func isEnd(_ entry: UInt32) -> Bool { Int32(bitPattern: entry) < 0 }

    private static let hasSecond: UInt32 = 1 << 30
    private static let endsBlock: UInt32 = 1 << 31

    /// - Parameters:
    ///   - first: of the first symbol.
    ///   - isDifference: whether that is the difference of a first coefficient: the symbol is its size alone.
    ///   - code: of what follows.
    static func table(_ first: HuffmanCode, isDifference: Bool, then code: HuffmanCode) -> [UInt32] {
        (0..<count).map { bits in
            guard let one = Symbol(first, UInt64(bits) << (64 - lookupBits), lookupBits, isDifference: isDifference)
            else { return 0 }
            // The end alone: both coefficients are 0, and the block counts as one longer than it is.
            if one.isEnd { return UInt32(one.length) | endsBlock }
            let entry = UInt32(one.length) | UInt32(one.zeros) << 4 | UInt32(UInt8(bitPattern: one.value)) << 8
            let rest = UInt64(bits) << (64 - lookupBits + one.length)
            guard let two = Symbol(code, rest, lookupBits - one.length) else { return entry }
            if two.isEnd { return entry + UInt32(two.length) | endsBlock }
            return entry + UInt32(two.length) | UInt32(UInt8(bitPattern: two.value)) << 16 | UInt32(two.zeros) << 24
                | hasSecond
        }
    }

    private struct Symbol {
        var zeros = 0
        var value: Int8 = 0
        /// Of the code and the value.
        var length: Int
        var isEnd = false

        /// - Returns: nil for what is longer than `limit` bits, larger than a byte or rare.
        init?(_ code: HuffmanCode, _ bits: UInt64, _ limit: Int, isDifference: Bool = false) {
            let found = code.symbol(bits)
            guard found > 0 else { return nil }
            let (symbol, codeLength) = (found >> 8, found & 255)
            let size = isDifference ? symbol : symbol & 15
            length = codeLength + size
            guard size <= 7, length <= limit else { return nil }
            if isDifference || size > 0 {
                zeros = isDifference ? 0 : symbol >> 4
                let raw = (bits << codeLength) >> (64 - size)
                value = Int8(truncatingIfNeeded: coefficient(Int(truncatingIfNeeded: raw), size))
            } else {
                guard symbol == 0 else { return nil }
                isEnd = true
            }
        }
    }
}

/// A coefficient, or a difference of two, from its bits, of which there are `size`: those that begin with 0 are negative.
@inline(__always)
func coefficient(_ bits: Int, _ size: Int) -> Int {
    bits < (1 &<< size) &>> 1 ? bits &- (1 &<< size) &+ 1 : bits
}
