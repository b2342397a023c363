extension BaselineJPEG {
    // Sizes are powers of two, so that an index which is masked needs no check.

    /// The coefficients of the blocks of a unit, row by row. Each block has room for twice as many: what lies beyond it lands
    /// there.
    private typealias Coefficients = InlineArray<1024, Int16>
    private typealias Tables = InlineArray<8192, UInt32>
    private typealias Order = InlineArray<128, UInt8>

    /// - Parameters:
    ///   - file: the same as before.
    ///   - factor: 1, 2, 4 or 8.
    ///   - targets: of each component, with room for whole units of the scan.
    /// - Returns: false for what is damaged, or unusual after all; the targets have anything then.
    package func decode(_ file: Span<UInt8>, reducedBy factor: Int, into targets: [SampleTarget]) -> Bool {
        var tables = Tables(repeating: 0)
        for (number, code) in codes.enumerated() {
            let entries = SymbolPairs.table(code, isDifference: number % 2 == 0, then: codes[number | 1])
            for (index, entry) in entries.enumerated() { tables[number * SymbolPairs.count + index] = entry }
        }
        var order = BaselineHeader.order
        var coefficients = Coefficients(repeating: 0)
        var lengths = InlineArray<8, Int>(repeating: 0)
        // The last first coefficient of each component.
        var last = InlineArray<4, Int>(repeating: 0)
        var scan = ScanBytes(at: header.scan)
        var reader = BitReader()
        var markers = 0
        var left = header.restartInterval
        var writers = blocks.map { block in
            let component = header.components[block.component]
            return BlockWriter(
                target: targets[block.component], steps: header.steps[component.steps], side: 8 / factor,
                firstColumn: block.column, row: block.row, across: component.across, down: component.down)
        }
        let words = codes.flatMap(\.words)
        let (units, blocks, codes) = (units, blocks.span, words.span)
        guard scan.refill(file, used: 0) else { return false }
        for _ in 0..<units.down {
            for _ in 0..<units.across {
                if header.restartInterval > 0 {
                    if left == 0 {
                        guard scan.endsAfter(reader.taken), scan.hasMarker(file, 0xD0 + UInt8(markers & 7))
                        else { return false }
                        markers += 1
                        left = header.restartInterval
                        last = InlineArray(repeating: 0)
                        reader = BitReader()
                        scan.restart()
                        guard scan.refill(file, used: 0) else { return false }
                    }
                    left -= 1
                }
                if reader.position > scan.limit {
                    guard scan.refill(file, used: reader.position) else { return false }
                    reader.rewind()
                }
                let bytes = unsafe scan.bytes.span.bytes
                for index in blocks.indices {
                    let length = Self.decode(
                        &reader, bytes, &tables, codes, blocks[index].code, &last[blocks[index].component], &order,
                        &coefficients, index)
                    guard length > 0 else { return false }
                    lengths[index & 7] = length
                }
                for index in blocks.indices {
                    writers[index].write(&coefficients, at: index << 7, length: lengths[index & 7])
                }
            }
            for index in writers.indices { writers[index].startRow() }
        }
        return scan.endsAfter(reader.taken) && scan.hasMarker(file, 0xD9)
    }

    /// Decodes one block, of which all coefficients are 0 before.
    /// - Parameters:
    ///   - code: the number of its first code.
    ///   - last: the first coefficient of the block before.
    ///   - index: of the block in `coefficients`.
    /// - Returns: how many coefficients, in the order of the file, may be other than 0; 0 for damage.
    @inline(__always)
    private static func decode(
        _ state: inout BitReader, _ bytes: RawSpan, _ tables: inout Tables, _ codes: Span<UInt32>, _ code: Int,
        _ last: inout Int, _ order: inout Order, _ coefficients: inout Coefficients, _ index: Int
    ) -> Int {
        // A copy lives in registers.
        var reader = state
        defer { state = reader }
        let start = (index & 7) &<< 7
        let table = (code & 2) &<< SymbolPairs.lookupBits
        let others = table | SymbolPairs.count
        var place = 0
        reader.refill(bytes)
        var entry = tables[table | reader.peek(SymbolPairs.lookupBits)]
        if entry != 0 {
            reader.skip(SymbolPairs.length(entry))
            last &+= Int(SymbolPairs.first(entry))
            place = SymbolPairs.distance(entry)
            coefficients[start | Int(order[place & 127] & 127)] = SymbolPairs.second(entry)
            place &+= SymbolPairs.advance(entry)
        } else {
            let found = HuffmanCode.symbol(reader.bits, codes, HuffmanCode.size &* code)
            reader.skip(found & 255)
            let size = found &>> 8
            guard found > 0, size <= 11 else { return 0 }
            if size > 0 { last &+= coefficient(reader.take(size), size) }
            place = 1
        }
        guard (-2048..<2048).contains(last) else { return 0 }
        coefficients[start] = Int16(truncatingIfNeeded: last)
        if SymbolPairs.isEnd(entry) { return place }

        // The first coefficient of a pair lies within the block then.
        while place < 48 {
            reader.refill(bytes)
            entry = tables[others | reader.peek(SymbolPairs.lookupBits)]
            if entry != 0 {
                reader.skip(SymbolPairs.length(entry))
                place &+= SymbolPairs.zeros(entry)
                coefficients[start | Int(order[place & 127] & 127)] = SymbolPairs.first(entry)
                place &+= SymbolPairs.distance(entry)
                coefficients[start | Int(order[place & 127] & 127)] = SymbolPairs.second(entry)
                place &+= SymbolPairs.advance(entry)
                if SymbolPairs.isEnd(entry) { return place }
            } else if let length = single(&reader, codes, code &+ 1, &order, &place, &coefficients, start) {
                return length
            }
        }
        while place < 64 {
            reader.refill(bytes)
            if let length = single(&reader, codes, code &+ 1, &order, &place, &coefficients, start) { return length }
        }
        return place == 64 ? 64 : 0
    }

    /// Reads one symbol and its coefficient.
    /// - Returns: nil until the block ends, then its length; 0 for damage.
    @inline(__always)
    private static func single(
        _ reader: inout BitReader, _ codes: Span<UInt32>, _ code: Int, _ order: inout Order, _ place: inout Int,
        _ coefficients: inout Coefficients, _ start: Int
    ) -> Int? {
        let found = HuffmanCode.symbol(reader.bits, codes, HuffmanCode.size &* code)
        reader.skip(found & 255)
        let (zeros, size) = (found &>> 12, found &>> 8 & 15)
        if size == 0 {
            if zeros == 0 { return found > 0 ? place : 0 }
            place &+= 16
            return zeros == 15 ? nil : 0
        }
        place &+= zeros
        guard size <= 10, place < 64 else { return 0 }
        let value = coefficient(reader.take(size), size)
        coefficients[start | Int(order[place & 127] & 127)] = Int16(truncatingIfNeeded: value)
        place &+= 1
        return nil
    }

    /// Makes samples of one of the blocks of each unit.
    private struct BlockWriter {
        private let target: SampleTarget
        private let steps: [Int16]
        private let side: Int
        private let firstColumn: Int
        private let across, down: Int
        private var column, row: Int

        init(
            target: SampleTarget, steps: [Int16], side: Int, firstColumn: Int, row: Int, across: Int, down: Int
        ) {
            (self.target, self.steps, self.side) = (target, steps, side)
            (self.firstColumn, self.across, self.down) = (firstColumn, across, down)
            (column, self.row) = (firstColumn, row)
        }

        /// Leaves all coefficients 0.
        @inline(__always)
        mutating func write(_ coefficients: inout Coefficients, at start: Int, length: Int) {
            var all = coefficients.mutableSpan
            target.write(&all, at: start, steps.span, length: length, column: column, row: row, side: side)
            column &+= across
        }

        mutating func startRow() {
            column = firstColumn
            row += down
        }
    }
}
