/// A Huffman code of a JPEG file, to read symbols one by one.
struct HuffmanCode {
    /// Plain numbers: those of several codes follow each other in one array, and no reference is counted where they are read.
    /// First what the next ``lookupBits`` bits mean: the symbol << 8 | the bits of its code, 0 if that is longer. Then for
    /// each length from 0 the first 16 bits beyond the codes of that length and shorter ones; then for each length what is
    /// added to a code, modulo 2^32, for the place of its symbol; then the symbols.
    let words: [UInt32]
    /// How many there are.
    static let size = symbols + 256

    /// Codes up to so many bits are looked up.
    private static let lookupBits = 9
    private static let ends = 1 << lookupBits
    private static let offsets = ends + 17
    private static let symbols = offsets + 17

    /// - Parameters:
    ///   - counts: 16, how many codes of each length there are.
    ///   - symbols: in the order of their codes, as many as the counts say.
    /// - Returns: nil if there are more codes than bits for them.
    init?(counts: Span<UInt8>, symbols: Span<UInt8>) {
        guard counts.count == 16, symbols.count <= 256 else { return nil }
        var words = [UInt32](repeating: 0, count: Self.size)
        var (code, next) = (0, 0)
        for length in 1...16 {
            let count = Int(counts[length - 1])
            // A code of ones alone is none.
            guard code + count < 1 << length, next + count <= symbols.count else { return nil }
            words[Self.offsets + length] = UInt32(truncatingIfNeeded: next - code)
            for _ in 0..<count {
                words[Self.symbols + next] = UInt32(symbols[next])
                if length <= Self.lookupBits {
                    let first = code << (Self.lookupBits - length)
                    for bits in first..<first + 1 << (Self.lookupBits - length) {
                        words[bits] = UInt32(symbols[next]) << 8 | UInt32(length)
                    }
                }
                code += 1
                next += 1
            }
            words[Self.ends + length] = UInt32(code << (16 - length))
            code <<= 1
        }
        guard next == symbols.count else { return nil }
        self.words = words
    }

    /// - Parameter bits: at the top, those of the file that come next.
    /// - Returns: the symbol << 8 | the bits of its code; 0 if there is no such code.
    func symbol(_ bits: UInt64) -> Int { Self.symbol(bits, words.span, 0) }

    /// - Parameters:
    ///   - words: of several codes.
    ///   - start: of this code in them.
    @inline(__always)
    static func symbol(_ bits: UInt64, _ words: Span<UInt32>, _ start: Int) -> Int {
        let short = words[start &+ Int(truncatingIfNeeded: bits &>> UInt64(64 - lookupBits))]
        return short != 0 ? Int(short) : longSymbol(UInt32(truncatingIfNeeded: bits &>> 48), words, start)
    }

    @inline(never)
    private static func longSymbol(_ bits: UInt32, _ words: Span<UInt32>, _ start: Int) -> Int {
        for length in lookupBits + 1...16 where bits < words[start + ends + length] {
            let place = (bits >> (16 - length) &+ words[start + offsets + length]) & 255
            return Int(words[start + symbols + Int(place)]) << 8 | length
        }
        return 0
    }
}
