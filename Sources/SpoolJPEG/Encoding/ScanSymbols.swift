/// What a scan says, in order: symbols, each with the bits that follow its code.
///
/// They are counted before the first is written, so that the codes fit.
struct ScanSymbols {
    /// One of the blocks of each unit.
    struct Slot {
        var component: Int
        /// The number of the code of its first coefficient; that of the others follows.
        var code: Int
        /// In a unit: how many blocks of its component are in a row, and which of them this is.
        var across: Int, column: Int
        /// The first block of its row in ``BlockRows``, and how many there are. Those beyond are written as the one before.
        var start: Int, count: Int
    }

    /// Of first coefficients and of others, for brightness and for colour.
    static let codes = 4

    /// From the lowest bit: 16 that follow the code, the symbol, the number of the code. Parts, so that nothing is copied when
    /// there are more.
    private var parts: [[UInt32]] = []
    /// The last part, and how much of it is used.
    private var part = Self.newPart
    private var position = 0
    private static var newPart: [UInt32] { Array(repeating: 0, count: partSize) }
    /// By code and symbol.
    private var counts = [UInt32](repeating: 0, count: codes * 256)
    /// The last first coefficient of each component.
    private var last = [0, 0, 0]

    private static let partSize = 1 << 14
    /// Of a unit: no more than ten blocks, and a symbol for each coefficient or the end.
    private static let mostInUnit = 640

    /// From places in the order of the file to rows and columns.
    private static let order = (0..<64).map { BaselineHeader.order[$0] }
    /// For each row, and for each set of coefficients in it, a bit for each: their places in the order of the file.
    private static let places: [UInt64] = {
        var places = [UInt64](repeating: 0, count: 8 * 256)
        for (place, natural) in order.enumerated() {
            let (row, column) = (Int(natural) / 8, Int(natural) % 8)
            for set in 0..<256 where set >> column & 1 != 0 { places[row * 256 + set] |= 1 << UInt64(place) }
        }
        return places
    }()

    /// How often each symbol of a code occurs.
    func frequencies(of code: Int) -> [Int] { counts[code * 256..<(code + 1) * 256].map(Int.init) }

    /// - Parameter body: gets a part of them.
    func forEachPart(_ body: (Span<UInt32>) -> Void) {
        for part in parts { body(part.span) }
        body(part.span.extracting(..<position))
    }

    /// Adds a row of units.
    mutating func append(units: Int, _ slots: [Slot], _ rows: BlockRows) {
        precondition(slots.count * 64 <= Self.mostInUnit)
        var next = 0
        while next < units {
            if position > Self.partSize - Self.mostInUnit {
                part.removeLast(part.count - position)
                parts.append(part)
                (part, position) = (Self.newPart, 0)
            }
            next = Self.add(next..<units, slots.span, rows, &part, &position, &counts, &last)
        }
    }

    /// Adds units until there is no room for one more.
    /// - Returns: the unit that comes next.
    private static func add(
        _ units: Range<Int>, _ slots: Span<Slot>, _ rows: BlockRows, _ part: inout [UInt32], _ position: inout Int,
        _ counts: inout [UInt32], _ last: inout [Int]
    ) -> Int {
        let (coefficients, present) = (rows.coefficients.span, rows.present.span)
        let (order, places) = (order, places)
        let (orderSpan, placesSpan) = (order.span, places.span)
        var target = part.mutableSpan
        var counts = counts.mutableSpan
        var last = last.mutableSpan
        for unit in units {
            guard position <= partSize - mostInUnit else { return unit }
            for index in slots.indices {
                let slot = slots[index]
                let block = unit &* slot.across &+ slot.column
                if block < slot.count {
                    add(
                        coefficients, present[slot.start &+ block], at: slot.start &+ block, code: slot.code,
                        &last[slot.component], orderSpan, placesSpan, &target, &position, &counts)
                } else {
                    // libjpeg writes no more of a block there than that its mean is the one before.
                    add(0, 0, code: slot.code, &target, &position, &counts)
                    add(0, 0, code: slot.code | 1, &target, &position, &counts)
                }
            }
        }
        return units.upperBound
    }

    /// Adds a block.
    @inline(__always)
    private static func add(
        _ coefficients: Span<Int16>, _ present: UInt64, at block: Int, code: Int, _ last: inout Int,
        _ order: Span<UInt8>, _ places: Span<UInt64>, _ target: inout MutableSpan<UInt32>, _ position: inout Int,
        _ counts: inout MutableSpan<UInt32>
    ) {
        let start = block &* 64
        let first = Int(coefficients[start])
        add(first &- last, 0, code: code, &target, &position, &counts)
        last = first
        var left: UInt64 = 0
        for row in 0..<8 {
            left |= places[row &* 256 | Int(truncatingIfNeeded: present &>> UInt64(8 &* row)) & 255]
        }
        left &= ~1
        var before = 0
        while left != 0 {
            let place = left.trailingZeroBitCount
            left &= left &- 1
            var zeros = place &- before &- 1
            while zeros > 15 {
                add(0, 0xF0, code: code | 1, &target, &position, &counts)
                zeros &-= 16
            }
            add(
                Int(coefficients[start &+ Int(order[place])]), zeros &<< 4, code: code | 1, &target, &position, &counts)
            before = place
        }
        if before != 63 { add(0, 0, code: code | 1, &target, &position, &counts) }
    }

    /// Adds a symbol.
    /// - Parameters:
    ///   - value: what follows it: its size is the lower half of the symbol.
    ///   - upper: the other half.
    @inline(__always)
    private static func add(
        _ value: Int, _ upper: Int, code: Int, _ target: inout MutableSpan<UInt32>, _ position: inout Int,
        _ counts: inout MutableSpan<UInt32>
    ) {
        // Negative values are one less, and so many of their bits.
        let size = 64 &- value.magnitude.leadingZeroBitCount
        let bits = (value &+ (value &>> 63)) & ((1 &<< size) &- 1)
        let symbol = code &<< 8 | upper | size
        counts[symbol] &+= 1
        target[position] = UInt32(truncatingIfNeeded: symbol &<< 16 | bits)
        position &+= 1
    }
}
