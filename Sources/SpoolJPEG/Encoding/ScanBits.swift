/// Writes a scan: codes and the bits that follow them, with a 0 behind each byte of ones alone.
struct ScanBits {
    /// By code and symbol: from bit 6 on the code with room for what follows it, below that the bits of both. At most 16, 10 and 6
    /// bits; first coefficients have one more, but codes of twelve at most.
    private let codes: [UInt32]
    private var bytes = [UInt8](repeating: 0, count: capacity + margin)
    private var count = 0
    /// What is not yet a byte, at the lower end, and how many bits these are: fewer than 32.
    private var bits: UInt64 = 0
    private var pending = 0

    private static let capacity = 1 << 16
    /// For four bytes, each of which may need a 0, and then some.
    private static let margin = 16

    /// - Parameter fitted: ``ScanSymbols/codes`` of them.
    init(_ fitted: [FittedCode]) {
        var codes = [UInt32](repeating: 0, count: ScanSymbols.codes * 256)
        for (number, code) in fitted.enumerated() {
            for (symbol, entry) in code.codes.enumerated() {
                guard let entry else { continue }
                let size = symbol & 15
                codes[number * 256 + symbol] = entry.code << UInt32(size + 6) | UInt32(entry.length + size)
            }
        }
        self.codes = codes
    }

    /// - Parameter sink: gets the bytes when there are many.
    mutating func write(_ symbols: Span<UInt32>, to sink: (UnsafeRawBufferPointer) -> Void) {
        // Copies live in registers.
        var (bits, pending, count) = (bits, pending, count)
        let all = codes
        let codes = all.span
        var next = 0
        while next < symbols.count {
            if count > Self.capacity {
                unsafe bytes.withUnsafeBytes { unsafe sink(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
                count = 0
            }
            var target = bytes.mutableSpan
            while next < symbols.count, count <= Self.capacity {
                let symbol = symbols[next]
                next &+= 1
                let code = codes[Int(truncatingIfNeeded: symbol &>> 16)]
                let length = Int(truncatingIfNeeded: code & 63)
                bits = bits &<< UInt64(length) | UInt64(code &>> 6 | symbol & 0xFFFF)
                pending &+= length
                guard pending >= 32 else { continue }
                pending &-= 32
                Self.add(UInt32(truncatingIfNeeded: bits &>> UInt64(pending)), &target, &count)
            }
        }
        (self.bits, self.pending, self.count) = (bits, pending, count)
    }

    /// Writes four bytes.
    @inline(__always)
    private static func add(_ word: UInt32, _ target: inout MutableSpan<UInt8>, _ count: inout Int) {
        let hasOnes = word & ~(word &+ 0x0101_0101) & 0x8080_8080 != 0
        for shift: UInt32 in [24, 16, 8, 0] {
            let byte = UInt8(truncatingIfNeeded: word &>> shift)
            target[count] = byte
            count &+= 1
            if hasOnes, byte == 0xFF {
                target[count] = 0
                count &+= 1
            }
        }
    }

    /// Writes what is left, its last byte filled with ones.
    mutating func finish(to sink: (UnsafeRawBufferPointer) -> Void) {
        while pending > 0 {
            let missing = max(0, 8 - pending)
            let byte = UInt8(
                truncatingIfNeeded: (bits << UInt64(missing) | (1 << UInt64(missing) - 1))
                    >> UInt64(pending + missing - 8))
            bytes[count] = byte
            bytes[count + 1] = 0
            count += byte == 0xFF ? 2 : 1
            pending -= 8
        }
        unsafe bytes.withUnsafeBytes { unsafe sink(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        count = 0
    }
}
