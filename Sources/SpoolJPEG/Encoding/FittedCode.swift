/// The Huffman code that makes a scan as short as it can be (ITU-T T.81, annex K.2), with libjpeg's choice among equals.
struct FittedCode {
    /// How many codes of 1 ... 16 bits there are.
    let counts: [UInt8]
    /// In the order of their codes.
    let symbols: [UInt8]

    /// - Parameter frequencies: of the symbols 0 ... 255.
    init(_ frequencies: [Int]) {
        let lengths = Self.lengths(frequencies)
        var counts = [Int](repeating: 0, count: max(17, (lengths.max() ?? 0) + 1))
        for length in lengths where length > 0 { counts[length] += 1 }
        // Of two codes that are too long, one becomes a bit shorter, and the other takes its place beside the next shorter
        // code, which is a bit longer then.
        for length in stride(from: counts.count - 1, to: 16, by: -1) {
            while counts[length] > 0 {
                var shorter = length - 2
                while counts[shorter] == 0 { shorter -= 1 }
                counts[length] -= 2
                counts[length - 1] += 1
                counts[shorter + 1] += 2
                counts[shorter] -= 1
            }
        }
        // The longest code is that of ones alone, which is of no symbol.
        if let longest = (1...16).last(where: { counts[$0] > 0 }) { counts[longest] -= 1 }
        self.counts = counts[1...16].map(UInt8.init)
        symbols = (1..<counts.count).flatMap { length in
            (0..<256).filter { lengths[$0] == length }.map(UInt8.init)
        }
    }

    /// - Returns: the bits of each symbol's code before any is shortened; of one more symbol, too, which is rarer than all.
    private static func lengths(_ frequencies: [Int]) -> [Int] {
        struct Group {
            var frequency: Int
            /// The first of its symbols, which stands for it among equals.
            var first: Int
            var symbols: [Int]
        }
        var groups = (frequencies + [1]).enumerated().filter { $0.element > 0 }
            .map { Group(frequency: $0.element, first: $0.offset, symbols: [$0.offset]) }
        var lengths = [Int](repeating: 0, count: frequencies.count + 1)
        /// The rarest, and of equals the last one.
        func takeRarest() -> Group {
            var rarest = 0
            for index in groups.indices {
                let (group, other) = (groups[index], groups[rarest])
                if (group.frequency, other.first) < (other.frequency, group.first) { rarest = index }
            }
            return groups.remove(at: rarest)
        }
        while groups.count > 1 {
            var group = takeRarest()
            let other = takeRarest()
            group.frequency += other.frequency
            group.symbols += other.symbols
            for symbol in group.symbols { lengths[symbol] += 1 }
            groups.append(group)
        }
        return lengths
    }

    /// Each code and its length in bits, by symbol; nil for a symbol that does not occur.
    var codes: [(code: UInt32, length: Int)?] {
        var codes = [(code: UInt32, length: Int)?](repeating: nil, count: 256)
        var (code, next) = (UInt32(0), 0)
        for length in 1...16 {
            for _ in 0..<counts[length - 1] {
                codes[Int(symbols[next])] = (code, length)
                code += 1
                next += 1
            }
            code <<= 1
        }
        return codes
    }
}
