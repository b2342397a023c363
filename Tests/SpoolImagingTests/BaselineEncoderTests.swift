import CJPEGTransforms
import CTurboJPEG
import Glibc
import Testing

@testable import SpoolImaging
@testable import SpoolJPEG
@testable import SpoolPlanes

/// The encoder of usual JPEGs against libjpeg: it has the same bytes.
@Suite struct BaselineEncoderTests {
    private struct Component {
        var width, height: Int
        var samples: [UInt8]
        /// Beyond it there is nothing that an encoder may read as a sample.
        var stride: Int { width + 5 }

        init(_ width: Int, _ height: Int, _ sample: (Int, Int) -> UInt8) {
            (self.width, self.height) = (width, height)
            samples = []
            for y in 0..<height {
                samples += (0..<width).map { sample($0, y) } + [UInt8](repeating: y % 2 == 0 ? 255 : 0, count: 5)
            }
        }
    }

    /// Smooth at the left, noise at the right.
    private static func components(_ width: Int, _ height: Int, _ subsampling: Subsampling?) -> [Component] {
        var random = Numbers(state: UInt64(width * 1000 + height))
        let size = Size(width: width, height: height)
        let luma = subsampling?.padded(size) ?? size
        let sizes = [luma] + (subsampling.map { [$0.colour(of: size), $0.colour(of: size)] } ?? [])
        return sizes.map { size in
            Component(size.width, size.height) { x, y in
                let noise = Int.random(in: 0...255, using: &random)
                return UInt8((((x * 3 + y * 2) & 255) * (size.width - x) + noise * x) / size.width)
            }
        }
    }

    private static func ours(
        _ width: Int, _ height: Int, _ components: [Component], _ subsampling: Subsampling?, quality: Int
    ) -> [UInt8] {
        var file: [UInt8] = []
        withSources(components[...], []) { sources in
            let encoder = BaselineEncoder(
                width: width, height: height, sources,
                subsampling: (subsampling?.across ?? 1, subsampling?.down ?? 1), quality: quality)
            unsafe encoder.write { unsafe file += $0 }
        }
        return file
    }

    private static func withSources(
        _ components: ArraySlice<Component>, _ sources: [SampleSource], _ body: ([SampleSource]) -> Void
    ) {
        guard let component = components.first else { return body(sources) }
        unsafe component.samples.withUnsafeBufferPointer { samples in
            let source = unsafe SampleSource(
                samples, width: component.width, height: component.height, stride: component.stride)
            withSources(components.dropFirst(), sources + [source], body)
        }
    }

    /// TurboJPEG reads this wish from the environment alone.
    private static let fitsCodes = unsafe setenv("TJ_OPTIMIZE", "1", 1) == 0

    private static func theirs(
        _ width: Int, _ height: Int, _ components: [Component], _ number: TJSAMP, quality: Int
    ) throws -> [UInt8] {
        try #require(fitsCodes)
        let handle = try unsafe #require(unsafe tjInitCompress())
        defer { unsafe tjDestroy(handle) }
        var jpeg: UnsafeMutablePointer<UInt8>?
        var length = UInt(0)
        defer { unsafe tjFree(jpeg) }
        let copies = unsafe components.map { component in
            let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: component.samples.count)
            unsafe copy.initialize(from: component.samples, count: component.samples.count)
            return unsafe copy
        }
        defer { unsafe copies.forEach { unsafe $0.deallocate() } }
        var planes = unsafe copies.map { unsafe Optional(UnsafePointer($0)) }
        var strides = components.map { Int32($0.stride) }
        let status = unsafe tjCompressFromYUVPlanes(
            handle, &planes, Int32(width), &strides, Int32(height), Int32(number.rawValue), &jpeg, &length,
            Int32(quality), TJFLAG_ACCURATEDCT)
        try #require(status == 0)
        return unsafe [UInt8](UnsafeBufferPointer(start: jpeg, count: Int(length)))
    }

    @Test(arguments: JPEGSource.subsamplings.map(\.1.rawValue), [1, 20, 49, 50, 80, 95, 100])
    func `all subsamplings and qualities have libjpeg's bytes`(_ number: UInt32, quality: Int) throws {
        let subsampling = Subsampling(Int32(number))
        let sizes = [
            (1, 1), (2, 3), (7, 9), (8, 8), (16, 16), (17, 33), (25, 17), (131, 67), (320, 40), (33, 1), (1, 40),
        ]
        for (width, height) in sizes {
            let components = Self.components(width, height, subsampling)
            let theirs = try Self.theirs(width, height, components, TJSAMP(rawValue: number), quality: quality)
            let ours = Self.ours(width, height, components, subsampling, quality: quality)
            #expect(ours == theirs, "\(width) x \(height)")
        }
    }

    /// Blocks without detail, with all of it, and with the largest steps there can be.
    @Test(arguments: [1, 75, 100]) func `extremes have libjpeg's bytes`(quality: Int) throws {
        let pictures: [(Int, Int) -> UInt8] = [
            { _, _ in 0 }, { _, _ in 255 }, { x, y in (x + y) % 2 == 0 ? 0 : 255 },
            { x, _ in x / 8 % 2 == 0 ? 0 : 255 }, { x, y in x % 8 < 4 && y % 8 < 4 ? 255 : 0 },
            { x, y in x % 8 == 7 && y % 8 == 7 ? 255 : 0 },
        ]
        for picture in pictures {
            let components = [Component(40, 24, picture)]
            let theirs = try Self.theirs(40, 24, components, TJSAMP_GRAY, quality: quality)
            #expect(Self.ours(40, 24, components, nil, quality: quality) == theirs)
        }
    }

    /// More symbols than are kept in one piece, more bytes than are written at once, and symbols so rare that their codes have
    /// to be made shorter.
    @Test func `a large picture has libjpeg's bytes`() throws {
        var random = Numbers(state: 3)
        let rare = Component(1100, 800) { x, y in
            // Mostly small numbers, and ever fewer of double the size.
            let size = UInt64.random(in: 1...UInt64.max, using: &random).leadingZeroBitCount
            return UInt8(clamping: 128 + (x + y) % 2 * (1 << min(size, 7)))
        }
        let theirs = try Self.theirs(1100, 800, [rare], TJSAMP_GRAY, quality: 100)
        #expect(Self.ours(1100, 800, [rare], nil, quality: 100) == theirs)
        let start = try #require(theirs.indices.dropLast(2).first { Array(theirs[$0...($0 + 1)]) == [0xFF, 0xC4] })
        let next = start + 2 + Int(theirs[start + 2]) << 8 + Int(theirs[start + 3])
        #expect(theirs[next + 4] == 0x10, "the table of the coefficients")
        #expect(theirs[next + 5 + 15] > 0, "codes of 16 bits")
    }

    @Test func `codes fit, however rare a symbol is`() {
        // Each frequency is the sum of the two before: the worst case.
        var frequencies = [Int](repeating: 0, count: 256)
        (frequencies[3], frequencies[4]) = (1, 1)
        for symbol in 5..<45 { frequencies[symbol] = frequencies[symbol - 1] + frequencies[symbol - 2] }
        let code = FittedCode(frequencies)
        #expect(Set(code.symbols) == Set(3..<45))
        #expect(code.counts.reduce(0) { $0 + Int($1) } == 42)
        // Room is left for the code of ones alone.
        let room = code.counts.enumerated().reduce(0) { $0 + Int($1.element) << (15 - $1.offset) }
        #expect(room < 1 << 16)
        let codes = code.codes
        #expect((3..<45).allSatisfy { (codes[$0]?.length ?? 17) <= 16 })
        let alone = FittedCode((0..<256).map { $0 == 7 ? 100 : 0 })
        #expect(alone.symbols == [7] && alone.counts[0] == 1)
    }

    @Test func `transforms with vectors are those without`() {
        var random = Numbers(state: 11)
        for round in 0..<5000 {
            let samples = (0..<5 * 64).map { _ in
                round % 2 == 0 ? UInt8.random(in: 0...255, using: &random) : Bool.random(using: &random) ? 255 : 0
            }
            let steps = (0..<64).map { _ in Int16.random(in: 1...255, using: &random) }
            var divisors = [UInt16](repeating: 0, count: 192)
            unsafe spool_jpeg_divisors(steps, &divisors)
            let blocks = round % 5 + 1
            var (ours, found) = ([Int16](repeating: 7, count: 5 * 64), [UInt64](repeating: 7, count: 5))
            var (portable, present) = (ours, found)
            unsafe spool_jpeg_forward(Int32(blocks), samples, 40, divisors, &ours, &found)
            unsafe spool_jpeg_forward_portable(Int32(blocks), samples, 40, divisors, &portable, &present)
            #expect(ours == portable && found == present)
            #if arch(x86_64)
                unsafe spool_jpeg_forward_sse2(Int32(blocks), samples, 40, divisors, &ours, &found)
                #expect(ours == portable && found == present, "without AVX2")
            #endif
        }
    }
}
