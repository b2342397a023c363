import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// Pictures that are laid over renditions.
struct CompositeTests {
    private let folder: ScratchFolder

    init() throws {
        try VipsLibrary.start()
        folder = try ScratchFolder()
        try Picture(60, 40, [0, 0, 200]).write(to: folder.file("source"))
    }

    private func request(_ rendition: Rendition, limits: RenderLimits = RenderLimits()) -> RenderRequest {
        RenderRequest(input: Input(path: "x"), renditions: [rendition], limits: limits)
    }

    private func reply(
        _ layers: [Picture], _ format: ImageFormat = .png, limits: RenderLimits = RenderLimits(),
        _ change: (inout Rendition) -> Void
    ) throws -> RenderReply {
        var rendition = Rendition(path: "x", format: format)
        rendition.composite = layers.indices.map { Overlay(input: "layer \($0)") }
        change(&rendition)
        let files = try layers.enumerated().map { index, layer in
            try layer.write(to: folder.file("layer\(index)"))
            return try Descriptor(reading: folder.file("layer\(index)"))
        }
        let (source, target) = try (Descriptor(reading: folder.file("source")), Descriptor(creating: folder.file("x")))
        let renderer = try Renderer()
        return Descriptor.with([source, target] + files) { numbers in
            renderer.render(
                request(rendition, limits: limits), source: numbers[0], overlays: Array(numbers[2...]),
                outputs: [numbers[1]])
        }
    }

    private func rendered(
        _ layers: [Picture], _ format: ImageFormat = .png, _ change: (inout Rendition) -> Void = { _ in }
    ) throws -> Picture {
        _ = try reply(layers, format, change).rendered()
        return try Picture(folder.file("x"))
    }

    @Test(arguments: [ColourSpace.p3, .keep], [255, 128])
    func `an overlay keeps its colours in another space`(space: ColourSpace, alpha: UInt8) throws {
        try Picture(60, 40, [0, 0, 200]).raster.applying("icc_transform") { $0.set("output_profile", named: "p3") }
            .write(.png, to: folder.file("source"))
        let layer = Picture(10, 6, bands: 4) { _, _ in [200, 60, 40, alpha] }
        let wide = try rendered([layer]) { $0.colourspace = space }
        let seen = try Picture(
            Raster(decoding: folder.file("x")).applying("icc_transform") { $0.set("output_profile", named: "srgb") })
        #expect(seen.distance(at: 2, 2, from: [0, 0, 200]) <= 3)
        guard alpha == 255 else {
            // Alpha goes through the conversion: half of each. They are mixed in the numbers of the other space.
            #expect(seen.distance(at: 30, 20, from: [100, 30, 120]) <= 20, "\(seen[30, 20])")
            return
        }
        #expect(wide.distance(at: 30, 20, from: [200, 60, 40]) > 8, "\(wide[30, 20])")
        #expect(seen.distance(at: 30, 20, from: [200, 60, 40]) <= 2, "\(seen[30, 20])")
    }

    private static let red = Picture(10, 6, [255, 0, 0])
    private static let below: [UInt8] = [0, 0, 200]

    @Test(arguments: [
        (Gravity.centre, 25, 17), (.north, 25, 0), (.northeast, 50, 0), (.east, 50, 17), (.southeast, 50, 34),
        (.south, 25, 34), (.southwest, 0, 34), (.west, 0, 17), (.northwest, 0, 0),
    ])
    func `an overlay lies where its gravity says`(_ gravity: Gravity, left: Int, top: Int) throws {
        let picture = try rendered([Self.red]) { $0.composite[0].gravity = gravity }
        #expect(picture.bands == 3)
        let found = picture.box { $0 == [255, 0, 0] }
        #expect(found == Box(left: left, top: top, size: Size(width: 10, height: 6)))
    }

    @Test func `left and top say where, also across the edge`() throws {
        let picture = try rendered([Self.red]) { ($0.composite[0].left, $0.composite[0].top) = (-4, 37) }
        #expect(picture.box { $0 == [255, 0, 0] } == Box(left: 0, top: 37, size: Size(width: 6, height: 3)))
        // Wholly outside, nothing is seen.
        let without = try rendered([Self.red]) { ($0.composite[0].left, $0.composite[0].top) = (100, 0) }
        #expect(without.samples == Picture(60, 40, Self.below).samples)
        // Larger than the rendition.
        let all = try rendered([Picture(90, 90, [9, 9, 9])])
        #expect(all.samples.allSatisfy { $0 == 9 })
    }

    @Test func `opacity and the layer's own alpha mix the colours`() throws {
        let half = try rendered([Self.red]) { $0.composite[0].opacity = 0.5 }
        #expect(half.distance(at: 30, 20, from: [128, 0, 100]) <= 2)
        let quarter = try rendered([Picture(10, 6, [255, 0, 0, 128])]) { $0.composite[0].opacity = 0.5 }
        #expect(quarter.distance(at: 30, 20, from: [64, 0, 150]) <= 2)
        #expect(try rendered([Self.red]) { $0.composite[0].opacity = 0 }[30, 20] == Self.below)
    }

    @Test func `scale is a share of the rendition's width`() throws {
        let picture = try rendered([Self.red]) {
            $0.width = 30
            ($0.composite[0].scale, $0.composite[0].gravity) = (0.5, .northwest)
        }
        #expect(picture.box { $0[0] > 200 } == Box(left: 0, top: 0, size: Size(width: 15, height: 9)))
    }

    @Test func `a tiled overlay covers all, with one copy at its place`() throws {
        let tile = Picture(8, 8, bands: 3) { x, y in x == 0 && y == 0 ? [255, 255, 255] : [0, 80, 0] }
        let picture = try rendered([tile]) {
            ($0.composite[0].tile, $0.composite[0].left, $0.composite[0].top) = (true, 3, -2)
        }
        for y in 0..<40 {
            for x in 0..<60 {
                let isCorner = (x - 3 + 8) % 8 == 0 && (y + 2) % 8 == 0
                #expect(picture[x, y] == (isCorner ? [255, 255, 255] : [0, 80, 0]), "\(x), \(y)")
            }
        }
    }

    @Test func `later overlays lie above, and one picture may be laid twice`() throws {
        let green = Picture(4, 4, [0, 255, 0])
        let picture = try rendered([Self.red, green]) {
            $0.composite.append($0.composite[1])
            $0.composite[2].gravity = .southeast
        }
        #expect(picture[30, 20] == [0, 255, 0] && picture[26, 20] == [255, 0, 0] && picture[59, 39] == [0, 255, 0])
    }

    @Test(arguments: BlendMode.allCases)
    func `each way to blend is libvips' own`(_ mode: BlendMode) throws {
        let layer = Picture(60, 40, [200, 100, 50, 180])
        let picture = try rendered([layer]) { $0.composite[0].blend = mode }
        let base = try Picture(60, 40, Self.below + [255]).raster
        let over = try layer.raster
        // By another way than the code under test.
        let members: [StaticString] = [
            "clear", "source", "over", "in", "out", "atop", "dest", "dest-over", "dest-in", "dest-out", "dest-atop",
            "xor",
            "add", "saturate", "multiply", "screen", "overlay", "darken", "lighten", "colour-dodge", "colour-burn",
            "hard-light", "soft-light", "difference", "exclusion",
        ]
        let member = try members[#require(BlendMode.allCases.firstIndex(of: mode))]
        let expected = try Picture(
            base.applying("composite2", input: "base") {
                $0.set("overlay", over)
                $0.set("mode", member: member)
            }.eightBit())
        #expect(picture.bands == (expected[5, 5][3] == 255 && mode.keepsOpaque ? 3 : 4))
        #expect(Array(picture[5, 5].prefix(3)) == Array(expected[5, 5].prefix(3)), "\(mode)")
    }

    @Test func `a JPEG has no alpha, whatever the overlay does`() throws {
        let picture = try rendered([Picture(60, 40, [1, 2, 3, 0])], .jpeg) {
            $0.composite[0].blend = .destIn
            $0.background = Colour(red: 255, green: 255, blue: 255)
        }
        #expect(picture.bands == 3 && picture[30, 20].allSatisfy { $0 > 250 })
    }

    @Test func `a grey picture takes colours, and a clear one keeps its alpha`() throws {
        try Picture(60, 40, [100]).write(to: folder.file("source"))
        #expect(try rendered([Self.red])[30, 20] == [255, 0, 0])
        try Picture(60, 40, [0, 0, 200, 0]).write(to: folder.file("source"))
        let clear = try rendered([Self.red])
        #expect(clear.bands == 4 && clear[30, 20] == [255, 0, 0, 255] && clear[0, 0][3] == 0)
    }

    @Test func `an overlay is turned upright, and every format is read`() throws {
        try Picture(10, 6, [255, 0, 0]).write(.tiff, orientation: 6, to: folder.file("turned"))
        var rendition = Rendition(path: "x", format: .png)
        rendition.composite = [Overlay(input: "turned")]
        let (source, layer) = try (
            Descriptor(reading: folder.file("source")), Descriptor(reading: folder.file("turned"))
        )
        let target = try Descriptor(creating: folder.file("x"))
        let renderer = try Renderer()
        _ = try Descriptor.with([source, layer, target]) { numbers in
            try renderer.render(
                request(rendition), source: numbers[0], overlays: [numbers[1]], outputs: [numbers[2]]
            ).rendered()
        }
        #expect(try Picture(folder.file("x")).box { $0[0] > 200 }.size == Size(width: 6, height: 10))
    }

    @Test func `a JPEG source is resized in planes beneath an overlay`() throws {
        try SamplePicture.hills.write(width: 400, height: 300, format: .jpeg, to: folder.file("source"))
        let picture = try rendered([Self.red], .jpeg) { $0.width = 100 }
        #expect((picture.width, picture.height) == (100, 75))
        #expect(picture.distance(at: 50, 38, from: [254, 0, 0]) < 40)
    }

    @Test func `an overlay that is no picture, or too large, is named by its place`() throws {
        let broken = try folder.file("broken", Array("hello".utf8))
        var rendition = Rendition(path: "x", format: .png)
        rendition.composite = [Overlay(input: "broken")]
        let (source, layer) = try (Descriptor(reading: folder.file("source")), Descriptor(reading: broken))
        let target = try Descriptor(creating: folder.file("x"))
        let renderer = try Renderer()
        let error = try Descriptor.with([source, layer, target]) { numbers in
            try renderer.render(
                request(rendition), source: numbers[0], overlays: [numbers[1]], outputs: [numbers[2]]
            ).failure()
        }
        #expect(error.code == .inputUnsupported && error.message.hasPrefix("renditions[0].composite[0].input: "))
        let limits = RenderLimits(inputPixels: 2500)
        let large = try reply([Picture(51, 51, [1, 2, 3])], limits: limits) { _ in }.failure()
        #expect(large.code == .inputTooManyPixels && large.message.contains("overlays"))
        let grown = try reply([Picture(4, 400, [1, 2, 3])]) { ($0.width, $0.composite[0].scale) = (9000, 1) }.failure()
        #expect(grown.code == .outputTooLarge && grown.message.contains("composite[0].scale"))
    }
}

extension Picture {
    /// The smallest box around all pixels that are like this.
    fileprivate func box(_ isLike: ([UInt8]) -> Bool) -> Box {
        var (left, top, right, bottom) = (width, height, -1, -1)
        for y in 0..<height {
            for x in 0..<width where isLike(self[x, y]) {
                (left, top, right, bottom) = (min(left, x), min(top, y), max(right, x), max(bottom, y))
            }
        }
        return Box(left: left, top: top, size: Size(width: right - left + 1, height: bottom - top + 1))
    }
}
