import FoundationEssentials
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// What a result says of a picture: placeholders, the dominant colour, losses, the quality that fits.
struct PreviewTests {
    private let folder: ScratchFolder

    init() throws {
        try VipsLibrary.start()
        folder = try ScratchFolder()
    }

    private static let slope = Picture(40, 30, bands: 4) { x, y in [UInt8(x * 6), UInt8(y * 8), 100, 255] }
    private static let checks = Picture(20, 30, bands: 4) { x, y in
        [200, UInt8(y * 8), UInt8(x * 12), (x / 5 + y / 5) % 2 == 1 ? 255 : 60]
    }

    /// As the Python packages `blurhash` 1.1.5 and `thumbhash-python` 1.0.1 have them of the same pixels.
    @Test(arguments: [
        (slope, "LqG91m2rwxX7l|WWjtf7gJfjfQfj", "mwgKNZhwd3eAiIiHiHiIiHCAB/eI"),
        (checks, "TpM},bxOfUqRjFfRgJfjfQr^jrfR", "Y6mGQw4ZcHB4eHd/c3f3h3h3RwiHh3M="),
    ])
    func `placeholders are those of other programs`(_ picture: Picture, blurhash: String, thumbhash: String) {
        let pixels = RGBAPixels(width: picture.width, height: picture.height, samples: picture.samples)
        #expect(BlurHash.text(of: pixels) == blurhash)
        #expect(Data(ThumbHash.bytes(of: pixels)).base64EncodedString() == thumbhash)
    }

    @Test func `a picture of one pixel has placeholders, too`() {
        let pixel = RGBAPixels(width: 1, height: 1, samples: [9, 90, 200, 255])
        #expect(BlurHash.text(of: pixel).utf8.count == 28)
        #expect(!ThumbHash.bytes(of: pixel).isEmpty)
    }

    private func rendered(
        _ source: Picture, _ format: ImageFormat = .png, _ change: (inout Rendition) -> Void
    ) throws -> RenderedImage {
        try source.write(to: folder.file("source"))
        var rendition = Rendition(path: "x", format: format)
        change(&rendition)
        return try #require(try render(folder.file("source"), [rendition], in: folder).rendered().renditions.first)
    }

    @Test(arguments: [ImageFormat.png, .jpeg, .webp])
    func `a rendition's own pixels are described`(_ format: ImageFormat) throws {
        let image = try rendered(Self.slope, format) {
            ($0.placeholder, $0.negate) = (.thumbhash, Negation(alpha: false))
        }
        let plain = try rendered(Self.slope, format) { $0.placeholder = .thumbhash }
        #expect(plain.placeholder != nil && plain.placeholder != image.placeholder)
        #expect(plain.dominantColour == nil)
        if format == .png { #expect(plain.placeholder?.hasPrefix("mwgKNZ") == true) }
    }

    @Test func `lqip is a picture of its own`() throws {
        let image = try rendered(Self.checks) { $0.placeholder = .lqip }
        let text = try #require(image.placeholder)
        let start = "data:image/webp;base64,"
        #expect(text.hasPrefix(start) && text.utf8.count < 1000)
        let bytes = try #require(Data(base64Encoded: String(text.dropFirst(start.count))))
        let tiny = try Picture(folder.file("tiny", [UInt8](bytes)))
        #expect((tiny.width, tiny.height) == (11, 16))
    }

    @Test func `the dominant colour is the middle of the fullest box`() throws {
        let mostly = Picture(30, 30, bands: 3) { x, _ in x < 20 ? [200, 10, 60] : [0, 0, UInt8(x * 8)] }
        #expect(try rendered(mostly) { $0.dominantColour = true }.dominantColour == "#c80838")
        let hidden = Picture(30, 30, bands: 4) { x, _ in x < 20 ? [200, 10, 60, 0] : [0, 255, 0, 255] }
        #expect(try rendered(hidden) { $0.dominantColour = true }.dominantColour == "#08f808")
    }

    @Test func `what a rendition lost is named`() throws {
        // libvips 8.16 writes EXIF of its own into PNG sources.
        func losses(_ colour: [UInt8], _ format: ImageFormat = .png, flatten: Bool = false) throws -> [Loss] {
            try rendered(Picture(9, 9, colour), format) { $0.flatten = flatten }.losses.filter { $0 != .exif }
        }
        #expect(try losses([1, 2, 3]).isEmpty)
        #expect(try losses([1, 2, 3, 4], .jpeg) == [.alpha])
        #expect(try losses([1, 2, 3, 4], flatten: true) == [.alpha])
        #expect(try losses([1, 2, 3, 4]).isEmpty)
    }

    @Test func `depth, colours, frames and metadata are named`() throws {
        let wide = try Picture(16, 16, [200, 60, 40]).raster.applying("icc_transform") {
            $0.set("output_profile", named: "p3")
            $0.set("depth", 16)
        }
        try wide.write(.png, to: folder.file("source"))
        func losses(_ change: (inout Rendition) -> Void) throws -> [Loss] {
            var rendition = Rendition(path: "x", format: .webp)
            change(&rendition)
            let job = try render(folder.file("source"), [rendition], in: folder).rendered()
            return try #require(job.renditions.first).losses.filter { $0 != .exif }
        }
        #expect(try losses { _ in } == [.depth, .gamut, .icc])
        #expect(try losses { $0.colourspace = .p3 } == [.depth])
        #expect(try losses { $0.keep = [.icc] } == [.depth, .gamut])

        let roll = try Raster(stacking: (0..<3).map { try Picture(16, 16, [UInt8($0 * 100), 0, 0]).raster })
        try roll.write(.webp, to: folder.file("source"))
        #expect(try losses { _ in }.contains(.animation))
        #expect(try !losses { $0.animated = true }.contains(.animation))
    }

    @Test func `a loss that is forbidden fails the job before pixels`() throws {
        try Picture(9, 9, [1, 2, 3, 4]).write(to: folder.file("source"))
        var rendition = Rendition(path: "x", format: .jpeg)
        rendition.forbidLoss = [.alpha, .depth]
        let error = try render(folder.file("source"), [rendition], in: folder).failure()
        #expect(error.code == .lossForbidden && !error.retryable)
        #expect(error.message.hasPrefix("renditions[0] would lose alpha of its source"))
        rendition.encoding = .png(PNGOptions())
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
    }

    @Test(arguments: [ImageFormat.jpeg, .webp, .avif, .jxl, .jp2])
    func `the quality is as good as fits`(_ format: ImageFormat) throws {
        try #require(format.writingSupport == .complete)
        try SamplePicture.hills.write(width: 300, height: 200, format: .png, to: folder.file("source"))
        func made(_ bytes: Int?) throws -> RenderedImage {
            var rendition = Rendition(path: "x", format: format, quality: 90)
            rendition.maxBytes = bytes
            let job = try render(folder.file("source"), [rendition], in: folder).rendered()
            return try #require(job.renditions.first)
        }
        let free = try made(nil)
        #expect(free.quality == nil)
        #expect(try made(free.bytes).quality == 90)
        let bound = free.bytes * 2 / 3
        let small = try made(bound)
        let quality = try #require(small.quality)
        #expect(small.bytes <= bound && quality < 90)
        #expect(try folder.bytes("x").count == small.bytes)
        // The next better one does not fit.
        let better = Rendition(path: "better", format: format, quality: quality + 1)
        let next = try render(folder.file("source"), [better], in: folder).rendered()
        #expect(next.renditions[0].bytes > bound)
    }

    @Test(arguments: [ImageFormat.png, .gif])
    func `a format without a quality fits, or is refused`(format: ImageFormat) throws {
        try SamplePicture.hills.write(width: 300, height: 200, format: .png, to: folder.file("source"))
        var rendition = Rendition(path: "x", format: format)
        rendition.maxBytes = 1_000_000
        let image = try render(folder.file("source"), [rendition], in: folder).rendered().renditions[0]
        #expect(try image.bytes == folder.bytes("x").count && image.quality == nil)
        rendition.maxBytes = image.bytes - 1
        let error = try render(folder.file("source"), [rendition], in: folder).failure()
        #expect(
            error.code == .outputTooLarge && error.message.contains("has \(image.bytes) bytes, more"),
            "\(error.message)")
    }

    @Test func `JPEG XL has a file for each quality`() throws {
        try SamplePicture.hills.write(width: 300, height: 200, format: .png, to: folder.file("source"))
        let renditions = [1, 5, 50].map { (quality: Int) in
            Rendition(path: "\(quality)", format: .jxl, quality: quality)
        }
        let job = try render(folder.file("source"), renditions, in: folder).rendered()
        let bytes = job.renditions.map(\.bytes)
        #expect(bytes[0] == bytes[1] && bytes[1] < bytes[2], "\(bytes)")
    }

    @Test func `a size that no quality reaches is refused`() throws {
        try SamplePicture.hills.write(width: 300, height: 200, format: .jpeg, to: folder.file("source"))
        var rendition = Rendition(path: "x", format: .jpeg)
        rendition.maxBytes = 50
        let error = try render(folder.file("source"), [rendition], in: folder).failure()
        #expect(error.code == .outputTooLarge && error.message.contains("maxBytes, 50"))
    }

    @Test func `a source that is smaller than its rendition is copied, if the job says so`() throws {
        try SamplePicture.hills.write(width: 200, height: 150, format: .jpeg, to: folder.file("drawn"))
        var small = Rendition(path: "source", format: .jpeg, quality: 20)
        _ = try render(folder.file("drawn"), [small], in: folder).rendered()
        let source = try folder.bytes("source")
        func made(_ change: (inout Rendition) -> Void) throws -> [UInt8] {
            var rendition = Rendition(path: "x", format: .jpeg, quality: 90)
            rendition.ifLarger = .copy
            change(&rendition)
            let job = try render(folder.file("source"), [rendition], in: folder).rendered()
            let bytes = try folder.bytes("x")
            #expect(job.renditions[0].bytes == bytes.count)
            #expect(
                try job.renditions[0].sha256
                    == Descriptor(reading: folder.file("x")).with { try FileDigest(of: $0) }.sha256)
            return bytes
        }
        #expect(try made { _ in } == source)
        #expect(try made { $0.ifLarger = .keep }.count > source.count)
        #expect(try made { $0.encoding = .jpeg(JPEGOptions()) } == source)
        // Another picture, size or format.
        #expect(try made { $0.flop = true } != source)
        #expect(try made { $0.width = 199 } != source)
        #expect(try made { $0.encoding = .png(PNGOptions()) } != source)
        #expect(try made { $0.blur = .mild } != source)
        // Smaller than the source.
        small.path = "x"
        #expect(try made { $0.encoding = .jpeg(changed(JPEGOptions()) { $0.quality = 3 }) }.count < source.count)
    }

    private func changed<Options>(_ options: Options, _ change: (inout Options) -> Void) -> Options {
        var options = options
        change(&options)
        return options
    }

    @Test func `a source with metadata is copied only if all of it may stay`() throws {
        let image = try Picture(64, 48, bands: 3) { x, y in [UInt8(x * 4), UInt8(y * 5), 9] }.raster
        image.setBlob("xmp-data", Array("<x/>".utf8))
        var encoder = Encoder(.jpeg(changed(JPEGOptions()) { $0.quality = 10 }))
        encoder.keepsMetadata = true
        try Descriptor(creating: folder.file("source")).with { try encoder.write(image, to: OutputFile($0)) }
        let source = try folder.bytes("source")
        var rendition = Rendition(path: "x", format: .jpeg, quality: 100)
        rendition.ifLarger = .copy
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        #expect(try folder.bytes("x") != source)
        rendition.keep = [.all]
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        #expect(try folder.bytes("x") == source)
    }

    @Test func `a source of wide colours is copied where its profile stays`() throws {
        let image = try Picture(64, 48, bands: 3) { x, y in [UInt8(x * 4), UInt8(y * 5), 9] }.raster
            .applying("icc_transform") { $0.set("output_profile", named: "p3") }
        var encoder = Encoder(.jpeg(changed(JPEGOptions()) { $0.quality = 10 }))
        encoder.keepsMetadata = true
        try Descriptor(creating: folder.file("source")).with { try encoder.write(image, to: OutputFile($0)) }
        var rendition = Rendition(path: "x", format: .jpeg, quality: 100)
        (rendition.ifLarger, rendition.keep) = (.copy, [.exif])
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        #expect(try folder.bytes("x") != folder.bytes("source"))
        rendition.colourspace = .keep
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        #expect(try folder.bytes("x") == folder.bytes("source"))
    }
}
