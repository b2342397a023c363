import CVips
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

struct ColourTests {
    private let folder: ScratchFolder

    init() throws {
        try VipsLibrary.start()
        folder = try ScratchFolder()
    }

    private func rendered(_ rendition: Rendition) throws -> Picture {
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        return try Picture(folder.file(rendition.path))
    }

    /// (200, 40, 40) is (0, 245, 240, 40) of 255 in the profile of libvips. What that is on a screen was computed with
    /// LittleCMS alone: for the perceptual intent, which libvips 8.16 uses as it is asked to, and for the relative
    /// colorimetric one, which 8.14 falls back to.
    @Test(arguments: [true, false])
    func `CMYK becomes the red that colour management makes of it`(_ hasProfile: Bool) throws {
        let print = try Picture(64, 64, [200, 40, 40]).raster.applying("icc_transform") {
            $0.set("output_profile", named: "cmyk")
        }
        let source = hasProfile ? print : try print.withoutMetadata()
        try source.write(.jpeg, to: folder.file("source"))
        #expect(try Picture(folder.file("source")).bands == 4)
        let picture = try rendered(Rendition(path: "x.png", format: .png, width: 32))
        // JPEG moves the four numbers a little.
        let distances = [[199, 22, 33], [200, 44, 49]].map { picture.distance(at: 16, 16, from: $0) }
        #expect(distances.contains { $0 <= 4 }, "\(picture[16, 16])")
    }

    @Test func `CMYK is nothing that could be kept`() throws {
        try Picture(64, 64, [200, 40, 40]).raster.applying("icc_transform") { $0.set("output_profile", named: "cmyk") }
            .write(.jpeg, to: folder.file("source"))
        var rendition = Rendition(path: "x.tif", format: .tiff)
        rendition.colourspace = .keep
        let job = try render(folder.file("source"), [rendition], in: folder).rendered()
        #expect(Set(job.renditions[0].losses).isSuperset(of: [.gamut, .icc]))
    }

    @Test func `a wide profile is converted, and its numbers change`() throws {
        let colour: [UInt8] = [200, 60, 40]
        try Picture(64, 64, colour).raster
            .applying("icc_transform") { $0.set("output_profile", named: "p3") }
            .write(.png, to: folder.file("source"))
        #expect(try Picture(folder.file("source")).distance(at: 8, 8, from: colour) > 8)
        #expect(try rendered(Rendition(path: "x.png", format: .png)).distance(at: 8, 8, from: colour) <= 2)
    }

    /// The background is sRGB, whatever the numbers of the rendition mean: on a screen it is the colour that the job says.
    @Test(arguments: [ColourSpace.p3, .keep], ["contain", "extend", "rotate", "flatten"])
    func `a background keeps its colour in another space`(space: ColourSpace, way: String) throws {
        let source = Picture(64, 64, bands: way == "flatten" ? 4 : 3) { x, _ in
            way == "flatten" ? [20, 90, 200, x < 32 ? 0 : 255] : [20, 90, 200]
        }
        try source.raster.applying("icc_transform") { $0.set("output_profile", named: "p3") }
            .write(.png, to: folder.file("source"))
        var rendition = Rendition(path: "x.png", format: .png)
        rendition.colourspace = space
        rendition.background = Colour(red: 200, green: 60, blue: 40, alpha: 1)
        switch way {
        case "contain": (rendition.width, rendition.height, rendition.fit) = (128, 64, .contain)
        case "extend":
            var edges = Extension()
            (edges.top, edges.left) = (20, 20)
            rendition.extend = edges
        case "rotate": rendition.rotate = 45
        default: rendition.flatten = true
        }
        let wide = try rendered(rendition)
        #expect(wide.distance(at: 2, 2, from: [200, 60, 40]) > 8, "\(wide[2, 2])")
        let seen = try Picture(
            Raster(decoding: folder.file("x.png")).applying("icc_transform") { $0.set("output_profile", named: "srgb") }
        )
        #expect(seen.distance(at: 2, 2, from: [200, 60, 40]) <= 2, "\(seen[2, 2])")
        #expect(seen.distance(at: seen.width / 2 + 8, seen.height / 2, from: [20, 90, 200]) <= 3)
    }

    @Test func `sRGB's profile is recognised and others are not`() throws {
        for (name, expected) in [("srgb" as StaticString, true), ("p3", false), ("cmyk", false)] {
            let image = try Picture(8, 8, [90, 100, 110]).raster.applying("icc_transform") {
                $0.set("output_profile", named: name)
            }
            let profile = try #require(image.blob("icc-profile-data", upTo: 1 << 22))
            #expect(ColourProfile(profile).isSRGB == expected)
            // A profile cut short anywhere must be read without harm, and never be taken for the whole.
            for end in stride(from: 0, to: min(profile.count, 600), by: 7) {
                #expect(!ColourProfile(Array(profile[..<end])).isSRGB)
            }
        }
    }

    @Test(arguments: [(ImageFormat.jpeg, 1), (.png, 1), (.webp, 3), (.gif, 3), (.tiff, 3), (.avif, 3)])
    func `greyscale stays one band where the format has it`(_ format: ImageFormat, bands: Int) throws {
        try Picture(64, 48, bands: 1) { x, _ in [UInt8(x * 4)] }.write(.png, to: folder.file("source"))
        let picture = try rendered(Rendition(path: "x", format: format, width: 32))
        #expect((picture.width, picture.height) == (32, 24))
        let middle = picture[16, 12]
        #expect(picture.bands == bands || format == .gif && picture.bands == 4)
        #expect(abs(Int(middle[0]) - 130) < 8)
    }

    @Test func `sixteen bits become eight, alpha too`() throws {
        let wide = try Picture(32, 32, [200, 100, 50, 128]).raster
            .applying("linear") {
                $0.set("a", [257.0])
                $0.set("b", [0.0])
            }
            .applying("cast") { $0.set("format", member: "ushort") }
        try wide.meaning("rgb16").write(.png, to: folder.file("source"))
        let picture = try rendered(Rendition(path: "x.png", format: .png, width: 16))
        #expect(picture.distance(at: 8, 8, from: [200, 100, 50, 128]) <= 2)

        try wide.firstBands(1).meaning("grey16").write(.png, to: folder.file("source"))
        let grey = try rendered(Rendition(path: "y.png", format: .png, width: 16))
        #expect(grey.distance(at: 8, 8, from: [200]) <= 1)
    }

    @Test func `sixteen bits with a wide profile keep their alpha`() throws {
        let deep = try Picture(32, 32, [200, 60, 40, 128]).raster
            .applying("icc_transform") { $0.set("output_profile", named: "p3") }
        let wide = try deep.applying("linear") {
            $0.set("a", [257.0])
            $0.set("b", [0.0])
        }.applying("cast") { $0.set("format", member: "ushort") }
        try wide.meaning("rgb16").write(.png, to: folder.file("source"))
        let picture = try rendered(Rendition(path: "x.png", format: .png))
        #expect(picture.distance(at: 8, 8, from: [200, 60, 40, 128]) <= 3)
    }

    @Test func `transparent parts lie on the background where there is no alpha`() throws {
        try Picture(40, 40, bands: 4) { x, _ in x < 20 ? [255, 0, 0, 255] : [0, 255, 0, 0] }
            .write(.png, to: folder.file("source"))
        let picture = try rendered(
            Rendition(path: "x.jpg", format: .jpeg, width: 20, background: Colour(red: 0, green: 0, blue: 255)))
        #expect(picture.distance(at: 2, 10, from: [255, 0, 0]) < 12)
        #expect(picture.distance(at: 17, 10, from: [0, 0, 255]) < 12)
    }

    @Test func `invisible colours do not bleed into visible ones`() throws {
        try Picture(64, 64, bands: 4) { x, _ in x < 32 ? [255, 0, 0, 255] : [0, 255, 0, 0] }
            .write(.png, to: folder.file("source"))
        let picture = try rendered(Rendition(path: "x.png", format: .png, width: 9))
        for x in 0..<9 where picture[x, 4][3] > 16 {
            #expect(picture[x, 4][1] < 8, "green shows at \(x)")
        }
        #expect((1..<9).contains { (1..<255).contains(picture[$0, 4][3]) })
    }

    @Test(arguments: [
        (Colour(red: 10, green: 200, blue: 30), ImageFormat.png, [10, 200, 30]),
        (Colour(red: 10, green: 200, blue: 30, alpha: 0), .png, [10, 200, 30, 0]),
        (Colour(red: 10, green: 200, blue: 30, alpha: 0.5), .jpeg, [10, 200, 30]),
    ])
    func `contain fills bars with the background`(_ colour: Colour, format: ImageFormat, bar: [UInt8]) throws {
        try Picture(60, 30, [200, 0, 0]).write(.png, to: folder.file("source"))
        let picture = try rendered(
            Rendition(path: "x", format: format, width: 30, height: 30, fit: .contain, background: colour))
        #expect((picture.width, picture.height) == (30, 30))
        #expect(picture.distance(at: 15, 1, from: bar) < 12)
        #expect(picture.distance(at: 15, 28, from: bar) < 12)
        #expect(picture.distance(at: 15, 15, from: bar.count == 4 ? [200, 0, 0, 255] : [200, 0, 0]) < 12)
    }

    @Test func `a coloured background makes a greyscale picture colourful, a grey one does not`() throws {
        try Picture(60, 30, [128]).write(.png, to: folder.file("source"))
        var rendition = Rendition(path: "x.png", format: .png, width: 30, height: 30, fit: .contain)
        rendition.background = Colour(red: 255, green: 0, blue: 0)
        let red = try rendered(rendition)
        #expect(red[1, 1] == [255, 0, 0] && red[15, 15] == [128, 128, 128])
        rendition.background = Colour(red: 9, green: 9, blue: 9)
        let grey = try rendered(rendition)
        #expect(grey[1, 1] == [9] && grey[15, 15] == [128])
    }
}
