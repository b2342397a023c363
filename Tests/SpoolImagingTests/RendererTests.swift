import SpoolInspection
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

struct RendererTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test(arguments: ImageFormat.allCases, ImageFormat.allCases)
    func `every format is read and written`(_ input: ImageFormat, output: ImageFormat) throws {
        try SamplePicture.hills.write(width: 300, height: 200, format: input, to: folder.file("source"))
        let rendition = Rendition(path: "x", format: output, width: 90)
        var limits = RenderLimits()
        limits.inputFormats = Set(SourceFormat.allCases)
        let job = try render(folder.file("source"), [rendition], in: folder, limits: limits).rendered()
        #expect(job.input.format == input.rawValue)
        #expect((job.input.width, job.input.height, job.input.pages) == (300, 200, 1))
        let image = try #require(job.renditions.first)
        #expect((image.width, image.height) == (90, 60))
        #expect(try folder.bytes("x").count == image.bytes)

        let file = try Descriptor(reading: folder.file("x")).with { try SourceFile($0, nil) }
        #expect(file.format.rawValue == output.rawValue)
        #expect((file.digest.bytes, file.digest.sha256) == (image.bytes, image.sha256))
        let picture = try Picture(folder.file("x"))
        #expect((picture.width, picture.height) == (90, 60))
        // The sky is lighter than the nearest hill in any format.
        #expect(picture[45, 10][0] > picture[45, 57][0])
    }

    @Test(arguments: ImageFormat.allCases)
    func `threads change no byte`(_ format: ImageFormat) throws {
        try SamplePicture.hills.write(width: 900, height: 700, format: .png, to: folder.file("source"))
        let request = RenderRequest(
            input: Input(path: ""), renditions: [Rendition(path: "x", format: format, width: 500)],
            limits: RenderLimits())
        let files = try [1, 2, 8].map { threads in
            let output = try Descriptor(creating: folder.file("\(threads)"))
            let reply = try Descriptor(reading: folder.file("source")).with { source in
                try output.with { try Renderer().render(request, source: source, outputs: [$0], threads: threads) }
            }
            _ = try reply.rendered()
            return try folder.bytes("\(threads)")
        }
        #expect(files[0] == files[1] && files[0] == files[2])
    }

    @Test(arguments: [(ImageFormat.png, 4), (.webp, 4), (.gif, 4), (.tiff, 4), (.avif, 4), (.jpeg, 3)])
    func `alpha survives where the format has it`(_ format: ImageFormat, bands: Int) throws {
        try SamplePicture.glass.write(width: 200, height: 100, format: .png, to: folder.file("source"))
        let rendition = Rendition(path: "x", format: format, width: 100)
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        let picture = try Picture(folder.file("x"))
        #expect(picture.bands == bands)
        if bands == 4 {
            #expect(picture[1, 1][3] == 0)
            #expect(picture[50, 25][3] == 255)
        } else {
            #expect(picture.distance(at: 1, 1, from: [0, 0, 0]) < 8)
        }
    }

    @Test func `several renditions of one decode have the sizes and looks of single ones`() throws {
        try SamplePicture.hills.write(width: 1600, height: 1000, format: .jpeg, to: folder.file("source"))
        let renditions = [
            Rendition(path: "a.png", format: .png, width: 50),
            Rendition(path: "b.png", format: .png, width: 801),
            Rendition(path: "c.png", format: .png, width: 120, height: 120, position: .attention),
            Rendition(path: "d.png", format: .png, width: 333, height: 100, fit: .fill),
        ]
        let together = try render(folder.file("source"), renditions, in: folder).rendered()
        for (index, rendition) in renditions.enumerated() {
            let shared = try Picture(folder.file(rendition.path))
            var single = rendition
            single.path = "single-" + rendition.path
            let alone = try render(folder.file("source"), [single], in: folder).rendered()
            #expect(alone.renditions[0].width == together.renditions[index].width)
            #expect(alone.renditions[0].height == together.renditions[index].height)
            let picture = try Picture(folder.file(single.path))
            let difference = zip(picture.samples, shared.samples).map { abs(Int($0) - Int($1)) }.reduce(0, +)
            #expect(Double(difference) / Double(picture.samples.count) < 2.5)
        }
    }

    @Test(arguments: ImageFormat.allCases)
    func `nothing of the source's metadata is left`(_ format: ImageFormat) throws {
        try VipsLibrary.start()
        try Picture(80, 60, [90, 120, 150]).raster
            .applying("icc_transform") { $0.set("output_profile", named: "p3") }
            .withField("orientation", 6).write(.jpeg, to: folder.file("source"))
        let source = try Raster(decoding: folder.file("source"))
        #expect(source.hasField("exif-data") && source.hasField("icc-profile-data"))

        let rendition = Rendition(path: "x", format: format)
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        let image = try Raster(decoding: folder.file("x"))
        // Decoders of JPEG XL make a profile of what the file says of its colours.
        #expect(!image.hasField("exif-data") && (format == .jxl || !image.hasField("icc-profile-data")))
        #expect(!image.hasField("xmp-data") && (image.field("orientation") ?? 1) == 1)
    }

    @Test(arguments: ImageFormat.allCases.filter { !$0.isLossless })
    func `quality counts where the format is lossy`(_ format: ImageFormat) throws {
        try SamplePicture.ripples.write(width: 200, height: 200, format: .png, to: folder.file("source"))
        let renditions = [10, 90].map { (quality: Int) in
            Rendition(path: "q\(quality)", format: format, quality: quality)
        }
        let job = try render(folder.file("source"), renditions, in: folder).rendered()
        #expect(job.renditions[0].bytes * 2 < job.renditions[1].bytes)
    }

    @Test func `what an output file held before is gone, and descriptors stay open`() throws {
        try SamplePicture.hues.write(width: 64, height: 64, format: .png, to: folder.file("source"))
        let source = try Descriptor(reading: folder.file("source"))
        let output = try Descriptor(creating: folder.file("x.jpg"))
        let rendition = Rendition(path: "x.jpg", format: .jpeg, width: 64)
        let small = Rendition(path: "x.jpg", format: .jpeg, width: 8)
        for (rendition, width) in [(rendition, 64), (small, 8), (rendition, 64)] {
            let request = RenderRequest(input: Input(path: "x"), renditions: [rendition], limits: RenderLimits())
            let job = try render(request, source, [output]).rendered()
            #expect(try folder.bytes("x.jpg").count == job.renditions[0].bytes)
            #expect(try Picture(folder.file("x.jpg")).width == width)
        }
    }

    @Test(arguments: SamplePicture.allCases)
    func `sample pictures are the same each time and not of one colour`(_ kind: SamplePicture) throws {
        for name in ["a", "b"] {
            try kind.write(width: 60, height: 40, format: .png, to: folder.file(name))
        }
        #expect(try folder.bytes("a") == folder.bytes("b"))
        #expect(Set(try Picture(folder.file("a")).samples).count > 20)
    }

    @Test func `a sideways sample is stored lying down and rendered upright`() throws {
        let path = folder.file("source")
        try SamplePicture.hills.write(width: 100, height: 160, format: .jpeg, isSideways: true, to: path)
        let rendition = Rendition(path: "x.png", format: .png)
        let job = try render(path, [rendition], in: folder).rendered()
        #expect((job.input.width, job.input.height) == (160, 100))
        let picture = try Picture(folder.file("x.png"))
        #expect((picture.width, picture.height) == (100, 160))
        #expect(picture[50, 5][2] > picture[50, 155][2] + 50)
    }

    @Test func `attention finds the one bright spot`() throws {
        try Picture(300, 100, bands: 3) { x, y in
            (x - 260) * (x - 260) + (y - 50) * (y - 50) < 400 ? [255, 60, 60] : [20, 20, 24]
        }.write(.png, to: folder.file("source"))
        let rendition = Rendition(path: "x.png", format: .png, width: 50, height: 50, position: .attention)
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        let picture = try Picture(folder.file("x.png"))
        let red = stride(from: 0, to: picture.samples.count, by: 3).count { picture.samples[$0] > 128 }
        #expect(red > 200)
    }
}
