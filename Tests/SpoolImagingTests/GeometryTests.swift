import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// Which pixels of a source a rendition has, and where.
struct GeometryTests {
    private let folder: ScratchFolder

    init() throws {
        try VipsLibrary.start()
        folder = try ScratchFolder()
    }

    /// Each pixel tells where it is.
    private static let map = Picture(60, 40, bands: 3) { x, y in [UInt8(x * 4), UInt8(y * 6), 128] }

    private func rendered(
        _ source: Picture, _ format: ImageFormat = .png, orientation: Int? = nil,
        _ change: (inout Rendition) -> Void
    ) throws -> Picture {
        try source.write(format, orientation: orientation, to: folder.file("source"))
        var rendition = Rendition(path: "x.png", format: .png)
        change(&rendition)
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        return try Picture(folder.file("x.png"))
    }

    private func failure(_ source: Picture, _ change: (inout Rendition) -> Void) throws -> JobError {
        try source.write(to: folder.file("source"))
        var rendition = Rendition(path: "x.png", format: .png)
        change(&rendition)
        return try render(folder.file("source"), [rendition], in: folder).failure()
    }

    /// Turning a part and taking a part of the turned picture are the same.
    @Test(arguments: Orientation.allCases)
    func `a part of a turned picture is found as it is stored`(_ orientation: Orientation) throws {
        let turned = try Self.map.raster.turned(orientation)
        let box = Box(left: 5, top: 9, size: Size(width: 17, height: 11))
        let stored = box.asStored(orientation, in: Size(width: 60, height: 40))
        let part = try Self.map.raster.cropped(to: stored.size, left: stored.left, top: stored.top)
        #expect(
            try Picture(part.turned(orientation))
                == Picture(turned.cropped(to: box.size, left: box.left, top: box.top)))
    }

    @Test func `extract takes a part, of the picture as it is seen`() throws {
        let part = try rendered(Self.map) { $0.extract = Area(left: 10, top: 20, width: 30, height: 15) }
        #expect((part.width, part.height) == (30, 15))
        #expect(part[0, 0] == Self.map[10, 20] && part[29, 14] == Self.map[39, 34])
        // Turned clockwise, the left edge is the top.
        let turned = try rendered(Self.map, .tiff, orientation: 6) {
            $0.extract = Area(left: 0, top: 0, width: 10, height: 20)
        }
        #expect((turned.width, turned.height) == (10, 20))
        #expect(turned.distance(at: 9, 0, from: Self.map[0, 30]) < 20)
    }

    /// From planes, whose part begins between samples, and from pixels.
    @Test func `extract and resize look alike from planes and from pixels`() throws {
        try SamplePicture.hills.write(width: 700, height: 500, format: .jpeg, to: folder.file("jpeg"))
        try Picture(folder.file("jpeg")).write(to: folder.file("pixels"))
        for area in [Area(left: 101, top: 33, width: 501, height: 300), Area(left: 0, top: 251, width: 99, height: 97)]
        {
            var rendition = Rendition(path: "planes.png", format: .png, width: 49)
            rendition.extract = area
            _ = try render(folder.file("jpeg"), [rendition], in: folder).rendered()
            rendition.path = "pixels.png"
            _ = try render(folder.file("pixels"), [rendition], in: folder).rendered()
            let (planes, pixels) = try (Picture(folder.file("planes.png")), Picture(folder.file("pixels.png")))
            #expect((planes.width, planes.height) == (pixels.width, pixels.height))
            let differences = zip(planes.samples, pixels.samples).map { abs(Int($0) - Int($1)) }
            #expect(differences.reduce(0, +) < 2 * differences.count, "\(area)")
        }
    }

    @Test func `an area outside the image is refused with both sizes`() throws {
        let error = try failure(Self.map) { $0.extract = Area(left: 50, top: 0, width: 11, height: 40) }
        #expect(error.code == .jobInvalid && !error.retryable)
        #expect(error.message == "renditions[0].extract reaches to 61, 40, but the image is 60×40")
        let after = try failure(Self.map) {
            $0.width = 30
            $0.extractAfter = Area(left: 0, top: 0, width: 30, height: 21)
        }
        #expect(after.message == "renditions[0].extractAfter reaches to 30, 21, but the rendition is 30×20 by then")
    }

    @Test func `extractAfter cuts the finished size, and extend adds to it`() throws {
        let picture = try rendered(Self.map) {
            $0.extractAfter = Area(left: 10, top: 5, width: 4, height: 3)
            var extend = Extension()
            (extend.top, extend.left, extend.bottom, extend.right) = (1, 2, 3, 4)
            $0.extend = extend
            $0.background = Colour(red: 9, green: 8, blue: 7)
        }
        #expect((picture.width, picture.height) == (10, 7))
        #expect(picture[0, 0] == [9, 8, 7] && picture[9, 6] == [9, 8, 7])
        #expect(picture[2, 1] == Self.map[10, 5] && picture[5, 3] == Self.map[13, 7])
    }

    @Test func `extend repeats, mirrors or copies the image`() throws {
        func extended(_ mode: ExtendMode) throws -> Picture {
            try rendered(Self.map) {
                var extend = Extension()
                (extend.left, extend.extendWith) = (2, mode)
                $0.extend = extend
            }
        }
        #expect(try extended(.copy)[0, 7] == Self.map[0, 7])
        #expect(try extended(.repeat)[0, 7] == Self.map[58, 7])
        #expect(try extended(.mirror)[0, 7] == Self.map[1, 7])
        // A clear background brings alpha along.
        let clear = try rendered(Self.map) {
            $0.background = .transparent
            var extend = Extension()
            extend.top = 1
            $0.extend = extend
        }
        #expect(clear.bands == 4 && clear[0, 0][3] == 0 && clear[0, 1] == Self.map[0, 0] + [255])
    }

    /// A red square on white, in the middle of nothing.
    private static let framed = Picture(50, 40, bands: 3) { x, y in
        (20..<30).contains(x) && (8..<12).contains(y) ? [200, 0, 0] : [250, 250, 250]
    }

    @Test func `trim cuts edges of one colour off`() throws {
        let trimmed = try rendered(Self.framed) { $0.trim = Trim() }
        #expect((trimmed.width, trimmed.height) == (10, 4))
        #expect(trimmed[0, 0] == [200, 0, 0] && trimmed[9, 3] == [200, 0, 0])
        var margin = Trim()
        margin.margin = 3
        let more = try rendered(Self.framed) { $0.trim = margin }
        #expect((more.width, more.height) == (16, 10))
        margin.margin = 100
        #expect(try rendered(Self.framed) { $0.trim = margin }.width == 50)
        var blind = Trim()
        blind.threshold = 255
        #expect(try rendered(Self.framed) { $0.trim = blind }.width == 50)
        var other = Trim()
        other.background = Colour(red: 200, green: 0, blue: 0)
        #expect(try rendered(Self.framed) { $0.trim = other }.width == 50)
    }

    @Test(arguments: [(1, 50), (50, 2), (1, 1)]) func `trim leaves what is too thin for edges`(width: Int, height: Int)
        throws
    {
        let picture = try rendered(Picture(width, height, bands: 3) { x, y in [UInt8(x * 5), UInt8(y * 5), 7] }) {
            $0.trim = Trim()
        }
        #expect((picture.width, picture.height) == (width, height))
    }

    @Test func `trim comes before extract and resizing, after turning`() throws {
        let picture = try rendered(Self.framed) {
            $0.rotate = 90
            $0.trim = Trim()
            $0.extract = Area(left: 1, top: 0, width: 2, height: 10)
            $0.width = 4
        }
        #expect((picture.width, picture.height) == (4, 20))
        #expect(picture.samples.allSatisfy { [200, 0].contains($0) })
        let error = try failure(Self.framed) {
            $0.trim = Trim()
            $0.extract = Area(left: 0, top: 0, width: 11, height: 1)
        }
        #expect(error.message.contains("the trimmed image is 10×4"))
    }

    @Test func `trim sees what is opaque on a transparent ground`() throws {
        let black = Picture(30, 30, bands: 4) { x, y in x < 5 && y > 9 ? [0, 0, 0, 255] : [0, 0, 0, 0] }
        var trim = Trim()
        trim.background = .transparent
        let picture = try rendered(black) { $0.trim = trim }
        #expect((picture.width, picture.height) == (5, 20))
        // Nothing but background: all is kept.
        #expect(try rendered(Picture(9, 9, [1, 2, 3])) { $0.trim = Trim() }.width == 9)
    }

    @Test func `lineArt is refused by name where libvips lacks it`() throws {
        var trim = Trim()
        trim.lineArt = true
        guard VipsLibrary.isAtLeast(8, 16) else {
            let error = try failure(Self.framed) { $0.trim = trim }
            #expect(error.code == .optionUnsupported && error.message.contains("lineArt"))
            return
        }
        #expect(try rendered(Self.framed) { $0.trim = trim }.width == 10)
    }

    @Test func `any angle turns clockwise, on a ground that holds all`() throws {
        let bar = Picture(40, 40, bands: 3) { x, y in y < 4 && (18..<22).contains(x) ? [255, 0, 0] : [0, 0, 0] }
        let turned = try rendered(bar) {
            $0.rotate = 45
            $0.background = Colour(red: 0, green: 0, blue: 255)
        }
        #expect((turned.width, turned.height) == (57, 57))
        #expect(turned[1, 1] == [0, 0, 255])
        // From above the middle to above on the right.
        #expect(turned.distance(at: 28 + 13, 28 - 13, from: [255, 0, 0]) < 60)
        let clear = try rendered(bar) {
            $0.rotate = -30
            $0.background = .transparent
        }
        #expect(clear.bands == 4 && clear[0, 0][3] == 0)
    }

    @Test func `a point of the picture is kept in the middle, as far as there is room`() throws {
        func cut(_ x: Double, _ y: Double) throws -> [UInt8] {
            try rendered(Self.map) {
                ($0.width, $0.height, $0.position) = (40, 40, .point(x: x, y: y))
            }[0, 0]
        }
        #expect(try cut(0, 0) == Self.map[0, 0])
        #expect(try cut(0.5, 0.5) == Self.map[10, 0])
        #expect(try cut(0.45, 1) == Self.map[7, 0])
        #expect(try cut(1, 1) == Self.map[20, 0])
    }

    @Test func `dpr multiplies both sides`() throws {
        let picture = try rendered(Self.map) { ($0.width, $0.height, $0.fit, $0.dpr) = (10, 11, .fill, 1.5) }
        #expect((picture.width, picture.height) == (15, 17))
        let error = try failure(Self.map) { ($0.width, $0.dpr) = (16_000, 1.1) }
        #expect(error.code == .outputTooLarge)
    }

    @Test func `kernels weigh pixels in different ways`() throws {
        try SamplePicture.zonePlate.write(width: 200, height: 200, format: .png, to: folder.file("plate"))
        let plate = try Picture(folder.file("plate"))
        var seen: Set<[UInt8]> = []
        let kernels = Kernel.allCases.filter { VipsLibrary.isAtLeast(8, 17) || ![.mks2013, .mks2021].contains($0) }
        for kernel in kernels {
            let small = try rendered(plate) { ($0.width, $0.kernel) = (90, kernel) }
            #expect(small.width == 90)
            seen.insert(small.samples)
        }
        #expect(seen.count == kernels.count)
        guard !VipsLibrary.isAtLeast(8, 17) else { return }
        let error = try failure(plate) { $0.kernel = .mks2021 }
        #expect(error.code == .optionUnsupported && error.message.contains("mks2021"))
    }

    @Test(arguments: [ImageFormat.jpeg, .webp])
    func `without fastShrinkOnLoad the decoder leaves a factor of two`(_ format: ImageFormat) throws {
        try SamplePicture.hills.write(width: 400, height: 400, format: format, to: folder.file("source"))
        var rendition = Rendition(path: "x.png", format: .png, width: 100)
        func shrink() throws -> Double? {
            let request = RenderRequest(input: Input(path: "x"), renditions: [rendition], limits: RenderLimits())
            let reply = try Descriptor(reading: folder.file("source")).with {
                try Renderer().explain(request, source: $0)
            }
            guard case .explained(let plan) = reply else { return nil }
            return plan.decode.shrink
        }
        #expect(try shrink() == 4)
        rendition.fastShrinkOnLoad = false
        #expect(try shrink() == 2)
    }
}
