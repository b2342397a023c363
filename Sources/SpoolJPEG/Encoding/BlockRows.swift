/// The coefficients of the blocks of a row of units: row after row of blocks, component after component.
struct BlockRows {
    /// 64 a block, row by row.
    private(set) var coefficients: [Int16]
    /// For each block which of its coefficients are other than 0: bit 8 * row + column.
    private(set) var present: [UInt64]

    init(blocks: Int) {
        coefficients = Array(repeating: 0, count: 64 * blocks)
        present = Array(repeating: 0, count: blocks)
    }

    /// - Parameter body: gets where their coefficients and their bits are.
    mutating func withBlocks(
        _ blocks: Range<Int>, _ body: (UnsafeMutablePointer<Int16>, UnsafeMutablePointer<UInt64>) -> Void
    ) {
        precondition(blocks.lowerBound >= 0 && blocks.upperBound <= present.count && !blocks.isEmpty)
        unsafe coefficients.withUnsafeMutableBufferPointer { coefficients in
            unsafe present.withUnsafeMutableBufferPointer { present in
                guard let first = coefficients.baseAddress, let bits = present.baseAddress else { return }
                unsafe body(first + 64 * blocks.lowerBound, bits + blocks.lowerBound)
            }
        }
    }
}
