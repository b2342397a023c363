import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// Renditions of all frames.
struct AnimationTests {
    private let folder: ScratchFolder
    private static let colours: [[UInt8]] = [[250, 0, 0], [0, 250, 0], [0, 0, 250], [250, 250, 0]]

    init() throws {
        try VipsLibrary.start()
        folder = try ScratchFolder()
    }

    /// Frames of one colour each, with a white corner below left.
    private func writeSource(_ format: ImageFormat, loop: Int = 3) throws {
        let frames = try Self.colours.map { colour in
            try Picture(60, 40, bands: 3) { x, y in x < 6 && y >= 34 ? [255, 255, 255] : colour }.raster
        }
        let roll = try Raster(stacking: frames)
        roll.setField("delay", [100, 40, 70, 200])
        roll.setField("loop", loop)
        try roll.write(format, to: folder.file("source"))
    }

    private func request(_ format: ImageFormat, _ change: (inout Rendition) -> Void = { _ in }) -> RenderRequest {
        var rendition = Rendition(path: "x", format: format, width: 30)
        rendition.animated = true
        change(&rendition)
        return RenderRequest(input: Input(path: "x"), renditions: [rendition], limits: RenderLimits())
    }

    @discardableResult
    private func rendered(_ request: RenderRequest) throws -> Raster {
        let target = try Descriptor(creating: folder.file("x"))
        _ = try render(request, Descriptor(reading: folder.file("source")), [target]).rendered()
        return try Raster(decoding: folder.file("x"))
    }

    /// A frame of what was rendered last, in lossless sRGB.
    private func frame(_ number: Int) throws -> Picture {
        var request = RenderRequest(
            input: Input(path: "x"), renditions: [Rendition(path: "frame", format: .png)], limits: RenderLimits())
        request.input.page = number
        let target = try Descriptor(creating: folder.file("frame"))
        _ = try render(request, Descriptor(reading: folder.file("x")), [target]).rendered()
        return try Picture(folder.file("frame"))
    }

    @Test(arguments: [ImageFormat.gif, .webp], [ImageFormat.gif, .webp])
    func `all frames come out, with their timing`(_ source: ImageFormat, _ format: ImageFormat) throws {
        try writeSource(source)
        let image = try rendered(request(format))
        #expect(image.field("n-pages") == 4)
        #expect(image.numbers("delay") == [100, 40, 70, 200])
        #expect(image.field("loop") == 3)
        for (number, colour) in Self.colours.enumerated() {
            let frame = try frame(number)
            #expect((frame.width, frame.height) == (30, 20))
            // To the very edges: no frame bleeds into the next.
            for y in [0, 1, 10, 18, 19] {
                let pixel = frame[20, y].prefix(3)
                #expect(zip(pixel, colour).allSatisfy { abs(Int($0) - Int($1)) < 30 }, "\(number) at \(y): \(pixel)")
            }
        }
    }

    @Test func `a TIFF gets a page a frame`() throws {
        try writeSource(.gif)
        #expect(try rendered(request(.tiff)).field("n-pages") == 4)
        #expect(try frame(2)[20, 10][2] > 200)
    }

    @Test func `the rendition's own timing goes first`() throws {
        try writeSource(.gif)
        var options = GIFOptions()
        (options.timing.loop, options.timing.delay) = (0, [50])
        let even = try rendered(request(.gif) { $0.encoding = .gif(options) })
        #expect(even.field("loop") == 0)
        #expect(even.numbers("delay") == [50, 50, 50, 50])
        var others = WebPOptions()
        others.timing.delay = [30, 60]
        let uneven = try rendered(request(.webp) { $0.encoding = .webp(others) })
        #expect(uneven.numbers("delay") == [30, 60, 60, 60] && uneven.field("loop") == 3)
    }

    @Test func `a part of the frames is made, from a page on`() throws {
        try writeSource(.webp)
        var some = request(.webp)
        (some.input.page, some.input.pages) = (1, 2)
        #expect(try rendered(some).field("n-pages") == 2)
        #expect(try frame(0)[20, 10][1] > 200)
        #expect(try frame(1)[20, 10][2] > 200)
        (some.input.page, some.input.pages) = (3, 9)
        #expect(try rendered(some).field("n-pages") ?? 1 == 1)
    }

    @Test func `frames are cut, turned and changed alike`() throws {
        try writeSource(.gif)
        try rendered(
            request(.webp) {
                ($0.width, $0.height, $0.position) = (10, 10, .southwest)
                $0.rotate = 90
                $0.negate = Negation(alpha: false)
                var options = WebPOptions()
                options.lossless = true
                $0.encoding = .webp(options)
            })
        for number in 0..<4 {
            let frame = try frame(number)
            #expect((frame.width, frame.height) == (10, 10))
            #expect(frame[9, 0].prefix(3).elementsEqual(Self.colours[number].map { 255 - $0 }), "\(frame[9, 0])")
        }
    }

    @Test func `still and moving renditions of one job have their own`() throws {
        try writeSource(.gif)
        var moving = Rendition(path: "moving", format: .webp, width: 30)
        moving.animated = true
        let still = Rendition(path: "still", format: .webp, width: 30)
        let job = try render(folder.file("source"), [still, moving], in: folder).rendered()
        #expect(job.input.pages == 4)
        #expect(try Raster(decoding: folder.file("still")).field("n-pages") ?? 1 == 1)
        #expect(try Raster(decoding: folder.file("moving")).field("n-pages") == 4)
    }

    @Test func `what does not move is made as ever`() throws {
        try SamplePicture.hills.write(width: 300, height: 200, format: .jpeg, to: folder.file("source"))
        let image = try rendered(request(.webp))
        #expect(image.field("n-pages") ?? 1 == 1 && image.size == Size(width: 30, height: 20))
    }

    @Test func `frames count together against the limit`() throws {
        try writeSource(.gif)
        var many = request(.gif)
        many.limits.inputPixels = 60 * 40 * 3
        let target = try Descriptor(creating: folder.file("x"))
        let error = try render(many, Descriptor(reading: folder.file("source")), [target]).failure()
        #expect(error.code == .outputTooLarge && error.message.contains("4 frames"))
        many.input.pages = 3
        #expect(try rendered(many).field("n-pages") == 3)
    }

    @Test func `a GIF has the colours of a source that is one, unless it is told otherwise`() throws {
        try SamplePicture.hills.write(width: 160, height: 100, format: .gif, to: folder.file("source"))
        func colours(_ change: (inout GIFOptions) -> Void) throws -> [Int] {
            var options = GIFOptions()
            change(&options)
            _ = try rendered(
                request(.gif) { ($0.animated, $0.width, $0.encoding) = (false, 80, .gif(options)) })
            return try Raster(decoding: folder.file("x")).numbers("gif-palette").sorted()
        }
        let source = try Raster(decoding: folder.file("source")).numbers("gif-palette").sorted()
        #expect(source.count > 16)
        #expect(try Set(colours { _ in }).isSubset(of: source))
        #expect(try !Set(colours { $0.reuse = false }).isSubset(of: source))
        #expect(try colours { $0.colours = 8 }.count <= 8)
    }

    @Test func `errors between frames make files smaller`() throws {
        let frames = try (0..<4).map { number in
            try Picture(60, 40, bands: 3) { x, y in [UInt8(60 + x + 3 * number), UInt8(90 + y), 100] }.raster
        }
        let roll = try Raster(stacking: frames)
        roll.setField("delay", [40, 40, 40, 40])
        try roll.write(.webp, to: folder.file("source"))
        func size(_ change: (inout GIFOptions) -> Void) throws -> Int {
            var options = GIFOptions()
            options.dither = 0
            change(&options)
            try rendered(request(.gif) { ($0.width, $0.encoding) = (nil, .gif(options)) })
            return try folder.bytes("x").count
        }
        #expect(try size { $0.interFrameMaxError = 16 } < size { _ in })
        #expect(try size { $0.interPaletteMaxError = 100 } <= size { $0.interPaletteMaxError = 0 })
        var options = WebPOptions()
        (options.minSize, options.mixed) = (true, true)
        let image = try rendered(request(.webp) { $0.encoding = .webp(options) })
        #expect(image.field("n-pages") == 4)
    }
}
