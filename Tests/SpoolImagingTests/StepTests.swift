import SpoolJob
import Testing

@testable import SpoolImaging

/// What a rendition's adjustments do to pixels.
struct StepTests {
    private let folder: ScratchFolder

    init() throws {
        try VipsLibrary.start()
        folder = try ScratchFolder()
    }

    /// A rendition as PNG of a source as PNG, in the source's own size.
    private func rendered(_ source: Picture, _ change: (inout Rendition) -> Void) throws -> Picture {
        try source.write(to: folder.file("source"))
        var rendition = Rendition(path: "x.png", format: .png)
        change(&rendition)
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        return try Picture(folder.file("x.png"))
    }

    /// Black on the left, white on the right.
    private static let edge = Picture(40, 20, bands: 3) { x, _ in Array(repeating: x < 20 ? 50 : 200, count: 3) }

    @Test func `greyscale keeps brightness alone, and alpha`() throws {
        let grey = try rendered(Picture(8, 8, [255, 0, 0])) { $0.greyscale = true }
        #expect(grey.bands == 1)
        // Red's part of the light is 0.2 for libvips 8.14, and 0.2126 as in sRGB for 8.16.
        #expect([124, 127].contains { grey.distance(at: 4, 4, from: [$0]) <= 1 }, "\(grey[4, 4])")
        let clear = try rendered(Picture(8, 8, [255, 0, 0, 100])) { $0.greyscale = true }
        #expect(clear.bands == 2 && clear[4, 4][1] == 100)
    }

    @Test(arguments: [ImageFormat.webp, .gif, .tiff, .avif])
    func `greyscale comes out in formats that have colours alone`(_ format: ImageFormat) throws {
        try #require(format.writingSupport.error == nil)
        try Picture(32, 32, [255, 0, 0]).write(to: folder.file("source"))
        var rendition = Rendition(path: "x", format: format)
        rendition.greyscale = true
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        let picture = try Picture(folder.file("x"))
        let colours = picture[16, 16].prefix(3)
        #expect(colours.allSatisfy { abs(Int($0) - 124) <= 6 }, "\(colours)")
    }

    @Test func `median takes specks away`() throws {
        let speck = Picture(9, 9, bands: 3) { x, y in x == 4 && y == 4 ? [0, 0, 0] : [200, 200, 200] }
        #expect(try rendered(speck) { $0.median = 3 } == Picture(9, 9, [200, 200, 200]))
        #expect(try rendered(speck) { $0.median = 1 } == speck)
        #expect(try rendered(speck) { $0.median = 99 }[4, 4] == [200, 200, 200])
    }

    @Test func `threshold leaves black and white`() throws {
        let picture = try rendered(Self.edge) { $0.threshold = 128 }
        #expect(picture.bands == 1 && picture[0, 0] == [0] && picture[39, 0] == [255])
        #expect(Set(picture.samples) == [0, 255])
        // The limit itself is white.
        #expect(try rendered(Picture(4, 4, [90])) { $0.threshold = 90 }[0, 0] == [255])
        #expect(try rendered(Picture(4, 4, [89])) { $0.threshold = 90 }[0, 0] == [0])
    }

    @Test func `blur spreads an edge, a Gaussian further than a mild one`() throws {
        func width(_ picture: Picture) -> Int {
            (0..<40).count { picture[$0, 10][0] != 50 && picture[$0, 10][0] != 200 }
        }
        let mild = try rendered(Self.edge) { $0.blur = .mild }
        let strong = try rendered(Self.edge) { $0.blur = .gaussian(sigma: 4) }
        #expect(width(Self.edge) == 0 && width(mild) == 2 && width(strong) > 6, "\((0..<40).map { mild[$0, 10][0] })")
        #expect(mild.distance(at: 19, 10, from: [100, 100, 100]) <= 1)
        #expect(strong[0, 10] == [50, 50, 50])
    }

    @Test func `sharpen steepens an edge`() throws {
        let soft = Picture(40, 20, bands: 3) { x, _ in
            Array(repeating: x < 18 ? 50 : x > 21 ? 200 : UInt8(50 + 30 * (x - 17)), count: 3)
        }
        for sharpening in [Sharpening(), Sharpening(sigma: 2)] {
            let picture = try rendered(soft) { $0.sharpen = sharpening }
            #expect(picture[17, 10][0] < 50, "\(sharpening)")
            #expect(picture[22, 10][0] > 200, "\(sharpening)")
            #expect(picture.distance(at: 2, 10, from: [50, 50, 50]) <= 1)
        }
        let weak = try rendered(soft) { $0.sharpen = Sharpening(sigma: 2, y2: 1, y3: 1) }
        #expect(weak[22, 10][0] < 206)
    }

    @Test(arguments: [Sharpening(), Sharpening(sigma: 2)])
    func `sharpen lets no hidden colour show`(_ sharpening: Sharpening) throws {
        func opaquePart(hiding grey: UInt8) throws -> [[UInt8]] {
            let half = Picture(40, 20, bands: 4) { x, _ in
                x < 20 ? [120, 120, 120, 255] : [grey, grey, grey, 0]
            }
            let picture = try rendered(half) { $0.sharpen = sharpening }
            return (0..<20).map { picture[$0, 10] }
        }
        #expect(try opaquePart(hiding: 0) == opaquePart(hiding: 255))
    }

    @Test func `modulate changes lightness, colourfulness and hue`() throws {
        let red = Picture(4, 4, [200, 60, 60])
        #expect(try rendered(red) { $0.modulate = Modulation() }.distance(at: 1, 1, from: [200, 60, 60]) <= 1)
        let grey = try rendered(red) { $0.modulate = Modulation(saturation: 0) }[1, 1]
        #expect(Int(grey.max() ?? 0) - Int(grey.min() ?? 0) <= 1)
        let turned = try rendered(red) { $0.modulate = Modulation(hue: 120) }[1, 1]
        #expect(turned[1] > turned[0] && turned[1] > turned[2])
        let dark = try rendered(red) { $0.modulate = Modulation(brightness: 0) }[1, 1]
        let light = try rendered(red) { $0.modulate = Modulation(lightness: 20) }[1, 1]
        #expect(dark.allSatisfy { $0 < 120 } && light[1] > 90)
        // A grey one stays one.
        let plain = try rendered(Picture(4, 4, [100])) { $0.modulate = Modulation(hue: 90, lightness: 10) }
        #expect(plain.bands == 1 && plain[1, 1][0] > 110)
    }

    @Test func `linear multiplies and adds, and leaves alpha`() throws {
        let source = Picture(4, 4, [10, 100, 200, 77])
        let picture = try rendered(source) { $0.linear = LinearChange(a: 1.5, b: -10) }
        #expect(picture[1, 1] == [5, 140, 255, 77])
        #expect(try rendered(source) { $0.linear = LinearChange() } == source)
    }

    @Test func `negate inverts, alpha too unless told otherwise`() throws {
        let source = Picture(4, 4, [10, 100, 200, 77])
        #expect(try rendered(source) { $0.negate = Negation() }[1, 1] == [245, 155, 55, 178])
        #expect(try rendered(source) { $0.negate = Negation(alpha: false) }[1, 1] == [245, 155, 55, 77])
    }

    @Test func `follow each other in one order`() throws {
        // Negated after the threshold: the other way round white would be black.
        let picture = try rendered(Self.edge) {
            $0.negate = Negation()
            $0.threshold = 60
        }
        #expect(picture[0, 0] == [255] && picture[39, 0] == [0])
    }

    /// The two lanes have the same steps, after decoders of their own.
    @Test func `of a JPEG are made of planes and of pixels alike`() throws {
        try Picture(64, 48, bands: 3) { x, y in [UInt8(4 * x), UInt8(5 * y), 90] }.write(
            .jpeg, to: folder.file("source"))
        var rendition = Rendition(path: "x.jpg", format: .jpeg, width: 32, quality: 95)
        rendition.negate = Negation()
        rendition.greyscale = true
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        let planes = try Picture(folder.file("x.jpg"))
        _ = try render(folder.file("source"), [rendition], in: folder, failOn: .none).rendered()
        let pixels = try Picture(folder.file("x.jpg"))
        #expect(planes.bands == 1 && pixels.bands == 1)
        let distances = zip(planes.samples, pixels.samples).map { abs(Int($0) - Int($1)) }
        #expect(distances.allSatisfy { $0 <= 12 })
        #expect(planes[2, 2][0] > planes[30, 20][0])
    }

    @Test func `gamma resizes in darkened light, and makes it as light as it was`() throws {
        // One pixel in two is white: their mean is half the light, whose square root is lighter.
        let lines = Picture(40, 40, bands: 3) { x, _ in Array(repeating: x % 2 == 0 ? 0 : 255, count: 3) }
        func middle(_ gamma: Double?, out: Double? = nil) throws -> Int {
            Int(try rendered(lines) { ($0.width, $0.gamma, $0.gammaOut) = (10, gamma, out) }[5, 5][0])
        }
        let (plain, light) = try (middle(nil), middle(2.2))
        #expect((110...145).contains(plain))
        #expect((170...200).contains(light), "\(light)")
        #expect(try middle(2.2, out: 1) < light - 40)
        let flat = try rendered(Picture(20, 20, [220, 160, 120, 200])) { ($0.width, $0.gamma) = (10, 2.2) }
        #expect(flat.distance(at: 5, 5, from: [220, 160, 120, 200]) <= 2)
    }

    @Test func `normalise stretches brightness and leaves hue and alpha`() throws {
        let dull = Picture(40, 10, bands: 4) { x, _ in Array(repeating: UInt8(100 + x), count: 3) + [50] }
        let bright = try rendered(dull) { $0.normalise = Normalisation() }
        #expect(bright[0, 5][0] < 15 && bright[39, 5][0] > 240 && bright[20, 5][3] == 50)
        var narrow = Normalisation()
        (narrow.lower, narrow.upper) = (0, 100)
        #expect(try rendered(dull) { $0.normalise = narrow }[20, 5][0] > 90)
        // One shade stays.
        #expect(try rendered(Picture(9, 9, [90, 90, 90])) { $0.normalise = narrow }[4, 4] == [90, 90, 90])
        #expect(try rendered(Picture(9, 9, bands: 1) { x, _ in [UInt8(100 + x)] }) { $0.normalise = narrow }.bands == 1)
    }

    @Test func `clahe raises local contrast, within its slope`() throws {
        // A soft slope: of two values alone an equaliser with a limit makes nothing.
        let faint = Picture(60, 60, bands: 3) { x, y in Array(repeating: UInt8(100 + (x + y) % 30), count: 3) }
        func contrast(_ slope: Int) throws -> Int {
            let picture = try rendered(faint) { $0.clahe = LocalEqualisation(width: 20, height: 20, maxSlope: slope) }
            let values = (15..<45).map { Int(picture[$0, 30][0]) }
            return (values.max() ?? 0) - (values.min() ?? 0)
        }
        let (some, all) = try (contrast(3), contrast(0))
        #expect(some > 45 && all > some, "\(some), \(all)")
        let small = try rendered(Picture(5, 5, [9, 9, 9])) { $0.clahe = LocalEqualisation(width: 99, height: 99) }
        #expect(small.width == 5)
    }

    @Test func `tint keeps black and white, and colours what is between`() throws {
        let ramp = Picture(256, 4, bands: 1) { x, _ in [UInt8(x)] }
        let red = try rendered(ramp) { $0.tint = Colour(red: 255, green: 0, blue: 0) }
        #expect(red.bands == 3 && red[0, 0] == [0, 0, 0] && red.distance(at: 255, 0, from: [255, 255, 255]) <= 1)
        #expect(red[128, 0][0] > red[128, 0][1] + 60)
        let clear = try rendered(Picture(4, 4, [10, 200, 30, 77])) { $0.tint = Colour(red: 0, green: 0, blue: 255) }
        #expect(clear[1, 1][3] == 77 && clear[1, 1][2] > clear[1, 1][0])
    }

    @Test func `alpha is taken away, added or flattened`() throws {
        let half = Picture(6, 6, [200, 100, 50, 128])
        #expect(try rendered(half) { $0.removeAlpha = true }[2, 2] == [200, 100, 50])
        let flat = try rendered(half) { ($0.flatten, $0.background) = (true, Colour(red: 0, green: 0, blue: 255)) }
        #expect(flat.bands == 3 && flat.distance(at: 2, 2, from: [100, 50, 152]) <= 2)
        #expect(try rendered(Picture(6, 6, [1, 2, 3])) { $0.ensureAlpha = 0.5 }[2, 2] == [1, 2, 3, 128])
        #expect(try rendered(half) { $0.ensureAlpha = 1 } == half)
    }

    @Test func `a blur does not let transparent colours show`() throws {
        let edge = Picture(20, 20, bands: 4) { x, _ in x < 10 ? [255, 0, 0, 255] : [0, 255, 0, 0] }
        let soft = try rendered(edge) { $0.blur = .gaussian(sigma: 2) }
        #expect(soft[9, 10][3] < 255 && soft[9, 10][1] < 8)
    }
}
