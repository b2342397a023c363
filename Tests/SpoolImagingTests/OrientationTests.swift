import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

struct OrientationTests {
    private static let red: [UInt8] = [220, 30, 30], green: [UInt8] = [30, 200, 40]
    private static let blue: [UInt8] = [40, 40, 220], white: [UInt8] = [250, 250, 250]

    /// Four quadrants as stored: red and green above blue and white.
    private static let stored = Picture(120, 80, bands: 3) { x, y in
        y < 40 ? (x < 60 ? red : green) : (x < 60 ? blue : white)
    }

    /// The corners as they are to be seen: above left, above right, below left, below right. Written down from the
    /// meaning of EXIF's tag: for 6, say, the stored left edge is the top.
    private static let seen: [Int: [[UInt8]]] = [
        1: [red, green, blue, white], 2: [green, red, white, blue], 3: [white, blue, green, red],
        4: [blue, white, red, green], 5: [red, blue, green, white], 6: [blue, red, white, green],
        7: [white, green, blue, red], 8: [green, white, red, blue],
    ]

    private func corners(_ picture: Picture, are expected: [[UInt8]]) -> Bool {
        let (right, bottom) = (picture.width - 8, picture.height - 8)
        return zip([(8, 8), (right, 8), (8, bottom), (right, bottom)], expected)
            .allSatisfy { picture.distance(at: $0.0, $0.1, from: $1) < 24 }
    }

    @Test(arguments: 1...8, [ImageFormat.jpeg, .tiff, .webp])
    func `the picture is turned as its tag says`(_ orientation: Int, format: ImageFormat) throws {
        let folder = try ScratchFolder()
        try Self.stored.write(format, orientation: orientation, to: folder.file("source"))
        let swaps = orientation > 4
        // One rendition streams; several go through memory.
        let half = Rendition(path: "half.png", format: .png, width: swaps ? 40 : 60)
        let exact = Rendition(path: "exact.png", format: .png)
        for renditions in [[half], [exact], [exact, half]] {
            let job = try render(folder.file("source"), renditions, in: folder).rendered()
            #expect(job.input.width == 120 && job.input.height == 80)
            for rendition in renditions {
                let picture = try Picture(folder.file(rendition.path))
                let scale = rendition == half ? 2 : 1
                #expect(picture.width == (swaps ? 80 : 120) / scale)
                #expect(picture.height == (swaps ? 120 : 80) / scale)
                let isRight = corners(picture, are: Self.seen[orientation] ?? [])
                #expect(isRight)
            }
        }
    }

    /// Of a PNG through pixels, of a JPEG through planes where the renditions are turned alike.
    @Test(arguments: [ImageFormat.tiff, .jpeg], [1, 6, 7])
    func `the picture is turned as the rendition says, after its tag`(_ format: ImageFormat, tag: Int) throws {
        let folder = try ScratchFolder()
        try Self.stored.write(format, orientation: tag, to: folder.file("source"))
        for rotate in [0, 90, 180, 270, -90] {
            for (flip, flop) in [(false, false), (true, false), (false, true), (true, true)] {
                var corners = Self.seen[tag] ?? []
                for _ in 0..<((rotate + 360) / 90 % 4) { corners = [2, 0, 3, 1].map { corners[$0] } }
                if flip { corners = [2, 3, 0, 1].map { corners[$0] } }
                if flop { corners = [1, 0, 3, 2].map { corners[$0] } }
                let swaps = (tag > 4) != (rotate % 180 != 0)
                var turned = Rendition(path: "x.png", format: .png, width: swaps ? 40 : 60)
                (turned.rotate, turned.flip, turned.flop) = (Double(rotate), flip, flop)
                let plain = Rendition(path: "plain.png", format: .png, width: 30)
                for renditions in [[turned], [turned, plain]] {
                    _ = try render(folder.file("source"), renditions, in: folder).rendered()
                    let picture = try Picture(folder.file("x.png"))
                    #expect((picture.width, picture.height) == (swaps ? (40, 60) : (60, 40)))
                    let isRight = self.corners(picture, are: corners)
                    #expect(isRight, "\(rotate) \(flip) \(flop)")
                }
            }
        }
    }

    @Test func `the part that is kept is one of the turned picture`() throws {
        let folder = try ScratchFolder()
        try Self.stored.write(.jpeg, to: folder.file("source"))
        var rendition = Rendition(path: "x.png", format: .png, width: 20, height: 40, position: .west)
        rendition.flop = true
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        let picture = try Picture(folder.file("x.png"))
        #expect(picture.distance(at: 10, 8, from: Self.green) < 24)
        #expect(picture.distance(at: 10, 32, from: Self.white) < 24)
    }

    @Test(arguments: 1...8)
    func `without autoOrient the picture stays as stored`(_ orientation: Int) throws {
        let folder = try ScratchFolder()
        try Self.stored.write(.jpeg, orientation: orientation, to: folder.file("source"))
        let rendition = Rendition(path: "x.png", format: .png, width: 60)
        _ = try render(folder.file("source"), [rendition], in: folder, autoOrient: false).rendered()
        let picture = try Picture(folder.file("x.png"))
        #expect((picture.width, picture.height) == (60, 40))
        #expect(corners(picture, are: Self.seen[1] ?? []))
    }

    @Test func `a PNG's EXIF counts too`() throws {
        let folder = try ScratchFolder()
        try Self.stored.write(.jpeg, orientation: 6, to: folder.file("camera"))
        try Raster(decoding: folder.file("camera")).write(.png, to: folder.file("source"))
        let rendition = Rendition(path: "x.png", format: .png)
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        #expect(corners(try Picture(folder.file("x.png")), are: Self.seen[6] ?? []))
    }

    @Test func `positions refer to the turned picture`() throws {
        let folder = try ScratchFolder()
        try Self.stored.write(.jpeg, orientation: 6, to: folder.file("source"))
        let rendition = Rendition(path: "x.png", format: .png, width: 40, height: 20, position: .south)
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        let picture = try Picture(folder.file("x.png"))
        #expect(picture.distance(at: 5, 10, from: Self.white) < 24)
        #expect(picture.distance(at: 34, 10, from: Self.green) < 24)
    }

    @Test func `an orientation that does not exist is upright`() throws {
        let folder = try ScratchFolder()
        try Self.stored.write(.tiff, to: folder.file("source"))
        let image = try Raster(decoding: folder.file("source"))
        #expect(SourceHeader(try image.withField("orientation", 0)).orientation == .upright)
        #expect(SourceHeader(try image.withField("orientation", 99)).orientation == .upright)
        #expect(SourceHeader(try image.withField("orientation", 8)).orientation == .rightSideUp)
    }
}
