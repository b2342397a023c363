import CJPEGTransforms

/// What coefficients are divided by: the tables of the JPEG standard (ITU-T T.81, annex K.1), made finer or coarser by
/// libjpeg's rule.
struct QuantisationSteps {
    /// 1 ... 255, row by row.
    let steps: [Int16]
    /// The same for `spool_jpeg_forward`.
    let divisors: [UInt16]

    /// - Parameter quality: 1 ... 100.
    init(isColour: Bool, quality: Int) {
        precondition((1...100).contains(quality))
        let percent = quality < 50 ? 5000 / quality : 200 - 2 * quality
        steps = (isColour ? Self.colour : Self.brightness).map { Int16(min(max(($0 * percent + 50) / 100, 1), 255)) }
        divisors = unsafe [UInt16](unsafeUninitializedCapacity: 192) { [steps] divisors, count in
            unsafe steps.withUnsafeBufferPointer { unsafe spool_jpeg_divisors($0.baseAddress, divisors.baseAddress) }
            count = 192
        }
    }

    private static let brightness = [
        16, 11, 10, 16, 24, 40, 51, 61,
        12, 12, 14, 19, 26, 58, 60, 55,
        14, 13, 16, 24, 40, 57, 69, 56,
        14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77,
        24, 35, 55, 64, 81, 104, 113, 92,
        49, 64, 78, 87, 103, 121, 120, 101,
        72, 92, 95, 98, 112, 100, 103, 99,
    ]

    private static let colour = [
        17, 18, 24, 47, 99, 99, 99, 99,
        18, 21, 26, 66, 99, 99, 99, 99,
        24, 26, 56, 99, 99, 99, 99, 99,
        47, 66, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99,
    ]
}
