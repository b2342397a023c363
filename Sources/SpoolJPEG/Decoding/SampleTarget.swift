import CJPEGTransforms

/// Where the samples of a component go. Blocks are written whole, so there must be room for all units of the scan.
@safe
package struct SampleTarget {
    private let samples: UnsafeMutableBufferPointer<UInt8>
    private let stride: Int

    /// - Parameters:
    ///   - samples: valid as long as this is used.
    ///   - stride: bytes from one row to the next.
    package init(_ samples: UnsafeMutableBufferPointer<UInt8>, stride: Int) {
        unsafe self.samples = samples
        self.stride = stride
    }

    /// Turns the coefficients of a block to samples.
    /// - Parameters:
    ///   - coefficients: 64 of them count, row by row; they are 0 afterwards.
    ///   - start: of the first.
    ///   - steps: of quantisation, row by row.
    ///   - length: how many coefficients, in the order of the file, may be other than 0.
    ///   - column, row: of the block.
    ///   - side: of the block, in samples: 8, 4, 2 or 1.
    @inline(__always)
    func write(
        _ coefficients: inout MutableSpan<Int16>, at start: Int, _ steps: Span<Int16>, length: Int, column: Int,
        row: Int, side: Int
    ) {
        let first = (row &* side) &* stride &+ column &* side
        unsafe precondition(first >= 0 && first &+ (side &- 1) &* stride &+ side <= samples.count)
        precondition(start >= 0 && start &+ 64 <= coefficients.count && steps.count >= 64)
        unsafe coefficients.withUnsafeMutableBufferPointer { coefficients in
            unsafe steps.withUnsafeBufferPointer { steps in
                guard let samples = unsafe samples.baseAddress, let all = coefficients.baseAddress,
                    let steps = steps.baseAddress
                else { return }
                let (target, block) = unsafe (samples + first, all + start)
                let length = Int32(truncatingIfNeeded: length)
                switch side {
                case 8: unsafe spool_jpeg_whole(block, steps, length, target, stride)
                case 4: unsafe spool_jpeg_half(block, steps, length, target, stride)
                case 2: unsafe spool_jpeg_quarter(block, steps, length, target, stride)
                default:
                    unsafe target.pointee = Self.mean(Int(block[0]) &* Int(steps[0]))
                    unsafe block.update(repeating: 0, count: 64)
                }
            }
        }
    }

    /// The one sample that is left of a block at an eighth. Like libjpeg's, it comes from ten bits.
    private static func mean(_ coefficient: Int) -> UInt8 {
        let wrapped = Int16(truncatingIfNeeded: ((coefficient + 4) >> 3) << 6) >> 6
        return UInt8(clamping: wrapped + 128)
    }
}
