import CJPEGTransforms

/// The samples of a component that is to be written.
@safe
package struct SampleSource {
    private let samples: UnsafeBufferPointer<UInt8>
    private let width, height, stride: Int

    /// - Parameters:
    ///   - samples: valid as long as this is used.
    ///   - stride: bytes from one row to the next.
    package init(_ samples: UnsafeBufferPointer<UInt8>, width: Int, height: Int, stride: Int) {
        precondition(
            width > 0 && height > 0 && width <= stride && (height - 1) * stride + width <= samples.count)
        unsafe self.samples = samples
        (self.width, self.height, self.stride) = (width, height, stride)
    }

    /// The coefficients of a row of blocks. Those at the edges see the last column and the last row again and again.
    /// - Parameters:
    ///   - row: of the blocks, from 0.
    ///   - blocks: how many; the last one begins within the samples.
    ///   - divisors: of ``QuantisationSteps``.
    ///   - unit: gets them from its block `start` on.
    func transform(row: Int, blocks: Int, _ divisors: Span<UInt16>, into unit: inout BlockRows, at start: Int) {
        precondition(blocks > 0 && (blocks - 1) * 8 < width && row * 8 < height && divisors.count == 192)
        let first = unsafe samples.extracting((row * 8 * stride)...)
        let rows = min(8, height - row * 8)
        let whole = rows == 8 ? min(blocks, width / 8) : 0
        unsafe divisors.withUnsafeBufferPointer { divisors in
            unsafe unit.withBlocks(start..<start + blocks) { coefficients, present in
                unsafe spool_jpeg_forward(
                    Int32(whole), first.baseAddress, stride, divisors.baseAddress, coefficients, present)
                for block in whole..<blocks {
                    var edge = InlineArray<64, UInt8>(repeating: 0)
                    for place in 0..<64 {
                        let (x, y) = (min(8 * block + place % 8, width - 1), min(place / 8, rows - 1))
                        edge[place] = unsafe first[y * stride + x]
                    }
                    let samples = edge.span
                    unsafe samples.withUnsafeBufferPointer { samples in
                        unsafe spool_jpeg_forward(
                            1, samples.baseAddress, 8, divisors.baseAddress, coefficients + 64 * block,
                            present + block)
                    }
                }
            }
        }
    }
}
