import CJPEGTransforms
import CTurboJPEG
import SpoolJPEG
import SpoolJob
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// The decoder of usual JPEGs against libjpeg: it has the same samples, or declines.
@Suite struct BaselineJPEGTests {
    private static let factors = [1, 2, 4, 8]

    /// Smooth at the left, noise at the right, so that blocks have few coefficients, all of them, and large ones.
    private static func picture(_ width: Int, _ height: Int, bands: Int = 3) -> Picture {
        var random = Numbers(state: UInt64(width * 1000 + height))
        return Picture(width, height, bands: bands) { x, y in
            (0..<bands).map { band in
                let smooth = (x * 3 + y * 2 + band * 40) & 255
                let noise = Int.random(in: 0...255, using: &random)
                return UInt8((smooth * (width - x) + noise * x) / width)
            }
        }
    }

    /// The samples of the planes of one of the decoders; nil if it declines, or warns.
    private static func planes(_ bytes: [UInt8], _ factor: Int, byOurs: Bool) throws -> [[UInt8]]? {
        let handle = try unsafe #require(unsafe tjInitDecompress())
        defer { unsafe tjDestroy(handle) }
        var (width, height, number, colours) = (Int32(0), Int32(0), Int32(0), Int32(0))
        guard unsafe tjDecompressHeader3(handle, bytes, UInt(bytes.count), &width, &height, &number, &colours) == 0
        else { return nil }
        let isGrey = number == Int32(TJSAMP_GRAY.rawValue)
        let subsampling = try isGrey ? .full : #require(Subsampling(number))
        let stored = Size(width: Int(width), height: Int(height))
        let reduced = Reduction.whole(factor).size(of: stored, by: .turboJPEG)
        let room = subsampling.wholeUnits(of: stored, reducedBy: factor)
        var sizes = [(size: reduced, room: room)]
        if !isGrey {
            let colour = (subsampling.colour(of: reduced), subsampling.colour(of: room))
            sizes += [colour, colour]
        }
        let planes = try sizes.map {
            try Plane(
                width: $0.size.width, height: $0.size.height, padded: $0.room,
                region: Plane.Region(left: 0, top: 0, width: Double($0.size.width), height: Double($0.size.height)))
        }
        if byOurs {
            guard let ours = BaselineJPEG(bytes.span) else { return nil }
            let targets = planes.map {
                unsafe SampleTarget(UnsafeMutableBufferPointer(start: $0.samples, count: $0.bytes), stride: $0.stride)
            }
            guard ours.decode(bytes.span, reducedBy: factor, into: targets) else { return nil }
        } else {
            var targets = unsafe planes.map { unsafe Optional($0.samples) }
            var strides = planes.map { Int32($0.stride) }
            let flags = TJFLAG_STOPONWARNING | TJFLAG_ACCURATEDCT
            let status = unsafe tjDecompressToYUVPlanes(
                handle, bytes, UInt(bytes.count), &targets, Int32(reduced.width), &strides, Int32(reduced.height), flags
            )
            guard status == 0 else { return nil }
        }
        return planes.map { plane in
            unsafe (0..<plane.height).flatMap { row in
                unsafe UnsafeBufferPointer(start: plane.samples + row * plane.stride, count: plane.width)
            }
        }
    }

    private static func expectSame(_ bytes: [UInt8], _ location: SourceLocation = #_sourceLocation) throws {
        for factor in factors {
            let theirs = try #require(try planes(bytes, factor, byOurs: false), sourceLocation: location)
            let ours = try planes(bytes, factor, byOurs: true)
            #expect(ours == theirs, "1/\(factor)", sourceLocation: location)
        }
    }

    @Test(arguments: JPEGSource.subsamplings.map(\.1.rawValue), [1, 20, 75, 95, 100])
    func `all subsamplings and qualities have libjpeg's samples`(_ subsampling: UInt32, quality: Int32) throws {
        let isGrey = subsampling == TJSAMP_GRAY.rawValue
        for (width, height) in [(1, 1), (7, 9), (16, 16), (17, 33), (131, 67), (320, 40)] {
            let picture = Self.picture(width, height, bands: isGrey ? 1 : 3)
            try Self.expectSame(JPEGSource.bytes(of: picture, TJSAMP(rawValue: subsampling), quality: quality))
        }
    }

    @Test(arguments: [1, 7, 1000], [true, false])
    func `restart markers and codes that fit the picture are read`(_ interval: Int, isSubsampled: Bool) throws {
        let saver = try Operation("jpegsave_target")
        saver.set("in", try Self.picture(403, 299).raster)
        saver.set("Q", 90)
        saver.set("optimize_coding", true)
        saver.set("restart_interval", interval)
        saver.set("subsample_mode", member: isSubsampled ? "on" : "off")
        try Self.expectSame(saver.file())
    }

    @Test func `a file longer than what is read at once is read`() throws {
        let bytes = try JPEGSource.bytes(of: Self.picture(1201, 799), TJSAMP_420, quality: 95)
        #expect(bytes.count > 5 << 16)
        try Self.expectSame(bytes)
    }

    /// Whatever the bytes are: what is decoded is what libjpeg makes of them without a warning. All steps are 1, because sums
    /// of more than 16 bits, which no picture has, wrap otherwise in libjpeg.
    @Test(arguments: [TJSAMP_420.rawValue, TJSAMP_444.rawValue, TJSAMP_GRAY.rawValue])
    func `damage is declined`(_ subsampling: UInt32) throws {
        var random = Numbers(state: UInt64(subsampling))
        let picture = Self.picture(43, 31, bands: subsampling == TJSAMP_GRAY.rawValue ? 1 : 3)
        let whole = try JPEGSource.bytes(of: picture, TJSAMP(rawValue: subsampling), quality: 100)
        let scan = try #require(whole.indices.dropLast().last { whole[$0] == 0xFF && whole[$0 + 1] == 0xDA })
        var decoded = 0
        for round in 0..<500 {
            var bytes = whole
            // Of what the header may say otherwise, no picture comes that could be compared.
            let place = Int.random(in: round % 4 == 0 ? 2..<scan : scan..<bytes.count, using: &random)
            switch round % 3 {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
            default: bytes.removeLast(bytes.count - place)
            }
            for factor in Self.factors {
                guard let ours = try Self.planes(bytes, factor, byOurs: true), place >= scan else { continue }
                decoded += 1
                #expect(try Self.planes(bytes, factor, byOurs: false) == ours, "round \(round), 1/\(factor)")
            }
        }
        // A byte within the scan often gives another picture that is as whole.
        #expect(decoded > 100)
    }

    @Test func `what is unusual is declined`() throws {
        func isUsual(_ bytes: [UInt8]) -> Bool { BaselineJPEG(bytes.span) != nil }
        let picture = Self.picture(40, 30)
        #expect(try !isUsual(JPEGSource.bytes(of: picture, TJSAMP_420, flags: TJFLAG_PROGRESSIVE)))
        let usual = try JPEGSource.bytes(of: picture, TJSAMP_420)
        #expect(isUsual(usual))
        for length in [0, 1, 2, 3, 4, 20, 160] { #expect(!isUsual(Array(usual.prefix(length)))) }
    }

    @Test func `transforms with vectors are those without`() {
        var random = Numbers(state: 7)
        for round in 0..<20_000 {
            let count = Int.random(in: 1...64, using: &random)
            let range: ClosedRange<Int16> = round % 2 == 0 ? -5...5 : Int16.min...Int16.max
            var coefficients = [Int16](repeating: 0, count: 64)
            for place in 0..<count {
                coefficients[Self.order[place]] = Int16.random(in: range, using: &random)
            }
            let steps = (0..<64).map { _ in Int16.random(in: 1...255, using: &random) }
            for side in [8, 4, 2] {
                var (block, ours, portable) = (
                    coefficients, [UInt8](repeating: 7, count: 64), [UInt8](repeating: 7, count: 64)
                )
                unsafe spool_jpeg_portable(Int32(side), block, steps, &portable, 8)
                switch side {
                case 8: unsafe spool_jpeg_whole(&block, steps, Int32(count), &ours, 8)
                case 4: unsafe spool_jpeg_half(&block, steps, Int32(count), &ours, 8)
                default: unsafe spool_jpeg_quarter(&block, steps, Int32(count), &ours, 8)
                }
                #expect(ours == portable, "\(side), \(count) coefficients")
                #expect(block.allSatisfy { $0 == 0 })
                #if arch(x86_64)
                    guard side == 8 else { continue }
                    block = coefficients
                    unsafe spool_jpeg_whole_sse2(&block, steps, Int32(count), &ours, 8)
                    #expect(ours == portable, "without AVX2, \(count) coefficients")
                    #expect(block.allSatisfy { $0 == 0 })
                #endif
            }
        }
    }

    /// The order of the coefficients in a file: along the diagonals.
    private static let order: [Int] = (0..<15).flatMap { diagonal in
        (max(0, diagonal - 7)...min(diagonal, 7)).map { step in
            diagonal % 2 == 0 ? 8 * (diagonal - step) + step : 8 * step + diagonal - step
        }
    }
}
