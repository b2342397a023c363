import SpoolJob
import SpoolWire
import Testing

@testable import SpoolInspection

struct SourceStructureTests {
    /// - Returns: nil if nothing is refused.
    private func refusal(
        _ bytes: [UInt8], _ format: SourceFormat, _ limits: RenderLimits = RenderLimits()
    ) -> JobError? {
        do throws(JobError) {
            _ = try SourceStructure.check(ByteReader(bytes), format, limits)
            return nil
        } catch {
            return error
        }
    }

    // MARK: JPEG

    @Test func `as many scans as the limit allows pass, and one more is refused`() {
        let limits = RenderLimits(inputScans: 3)
        func jpeg(_ scans: Int) -> [UInt8] {
            ImageBytes.jpeg([ImageBytes.segment(0xC2)] + Array(repeating: ImageBytes.scan, count: scans))
        }
        #expect(refusal(jpeg(3), .jpeg, limits) == nil)
        #expect(refusal(jpeg(4), .jpeg, limits)?.code == .inputTooManyScans)
    }

    @Test(arguments: [0, 1]) func `segments count before and after a scan`(_ scans: Int) {
        let scan = Array(repeating: ImageBytes.scan, count: scans)
        func jpeg(_ segments: Int) -> [UInt8] {
            ImageBytes.jpeg(scan + Array(repeating: ImageBytes.segment(0xE2), count: segments))
        }
        #expect(refusal(jpeg(9_000), .jpeg) == nil)
        #expect(refusal(jpeg(10_001), .jpeg)?.code == .inputTooComplex)
        let limits = RenderLimits(inputMetadataBytes: 1000)
        let large = ImageBytes.jpeg(scan + [ImageBytes.segment(0xE1, Array(repeating: 0, count: 1000))])
        #expect(refusal(large, .jpeg, limits)?.code == .inputMetadataTooLarge)
    }

    @Test func `what follows the end of a JPEG does not count`() {
        let trailer = Array(repeating: ImageBytes.segment(0xE2, [1]), count: 20_000).flatMap(\.self)
        #expect(refusal(ImageBytes.jpeg([ImageBytes.scan]) + trailer, .jpeg) == nil)
    }

    // MARK: Gain maps

    private func hasGainMap(_ bytes: [UInt8], _ format: SourceFormat) throws -> Bool {
        try SourceStructure.check(ByteReader(bytes), format, RenderLimits()).hasGainMap
    }

    @Test func `a gain map of a JPEG is found by its XMP or by the segment of ISO 21496-1`() throws {
        func jpeg(_ code: UInt8, _ text: String) -> [UInt8] {
            ImageBytes.jpeg([ImageBytes.segment(0xE0), ImageBytes.segment(code, Array(text.utf8)), ImageBytes.scan])
        }
        let packet = "http://ns.adobe.com/xap/1.0/\0<x xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/'/>"
        #expect(try hasGainMap(jpeg(0xE1, packet), .jpeg))
        #expect(try hasGainMap(jpeg(0xE2, "urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"), .jpeg))
        #expect(try !hasGainMap(jpeg(0xE1, "http://ns.adobe.com/xap/1.0/\0<x xmlns:crs='camera'/>"), .jpeg))
        #expect(try !hasGainMap(jpeg(0xE2, "ICC_PROFILE\0"), .jpeg))
        // The words alone are none.
        #expect(try !hasGainMap(jpeg(0xE1, "Exif\0\0http://ns.adobe.com/hdr-gain-map/1.0/"), .jpeg))
    }

    @Test func `a gain map of a HEIF is an item of ISO 21496-1, or a picture that Apple calls one`() throws {
        let picture = ImageBytes.HEIFItem(type: "hvc1")
        let map = ImageBytes.HEIFItem(type: "tmap", origins: [1, 1])
        func auxiliary(_ urn: String) -> [UInt8] { ImageBytes.fullBox("auxC", 0, Array("\(urn)\0".utf8)) }
        #expect(try hasGainMap(ImageBytes.heif([picture, map]), .heic))
        let apple = "urn:com:apple:photo:2020:aux:hdrgainmap"
        #expect(try hasGainMap(ImageBytes.heif([picture], properties: [auxiliary(apple)]), .heic))
        #expect(
            try !hasGainMap(ImageBytes.heif([picture], properties: [auxiliary("urn:mpeg:hevc:2015:auxid:1")]), .heic))
        #expect(try !hasGainMap(ImageBytes.heif([picture]), .heic))
    }

    // MARK: PNG

    @Test func `a packed text counts as it is unpacked`() {
        // 65,536 zeros, packed by zlib.
        let packed: [UInt8] =
            [0x78, 0xDA, 0xED, 0xC1, 0x01, 0x01, 0x00, 0x00, 0x00, 0x80, 0x90, 0xFE, 0xAF, 0xEE, 0x08, 0x0A]
            + Array(repeating: 0, count: 63) + [0x6A, 0x00, 0x0F, 0x00, 0x01]
        #expect(Inflation.length(of: packed[...], upTo: 1 << 20) == 65_536)
        let limits = RenderLimits(inputMetadataBytes: 60_000)
        for content in [Array("key\0\0".utf8) + packed, Array("key\0\u{1}\0en\0word\0".utf8) + packed] {
            let name = content.count == packed.count + 5 ? "zTXt" : "iTXt"
            #expect(refusal(ImageBytes.png([(name, content)]), .png, limits)?.code == .inputMetadataTooLarge)
            #expect(refusal(ImageBytes.png([(name, content)]), .png) == nil)
        }
        // The same bytes as they are.
        #expect(refusal(ImageBytes.png([("iTXt", Array("key\0\0\0\0\0".utf8) + packed)]), .png, limits) == nil)
    }

    @Test func `chunks of pixels are not counted, others are`() {
        let pixels = ImageBytes.png(Array(repeating: ("IDAT", [1, 2]), count: 20_000))
        #expect(refusal(pixels, .png) == nil)
        #expect(refusal(ImageBytes.png(Array(repeating: ("tEXt", []), count: 10_001)), .png)?.code == .inputTooComplex)
    }

    // MARK: Frames and pages

    @Test func `frames and pages count up to the limit`() {
        let limits = RenderLimits(inputPages: 3)
        func files(_ pages: Int) -> [(SourceFormat, [UInt8])] {
            [
                (.gif, ImageBytes.gif(Array(repeating: ImageBytes.gifFrame, count: pages))),
                (
                    .webp,
                    ImageBytes.webp(
                        [("VP8X", [0]), ("ANIM", [1])] + Array(repeating: ("ANMF", [1, 2, 3]), count: pages))
                ),
                (.tiff, ImageBytes.tiff(pages: pages, bytesOfTag: 4)),
                (.tiff, ImageBytes.tiff(pages: pages, bytesOfTag: 4, little: false)),
            ]
        }
        for (format, bytes) in files(3) { #expect(refusal(bytes, format, limits) == nil, "\(format)") }
        for (format, bytes) in files(4) {
            #expect(refusal(bytes, format, limits)?.code == .inputTooManyPages, "\(format)")
        }
    }

    @Test func `a directory that leads back is refused`() {
        #expect(refusal(ImageBytes.tiff(pages: 2, bytesOfTag: 4, leadsBack: true), .tiff)?.code == .inputTooManyPages)
    }

    @Test func `metadata of all formats counts, unless it is longer than the file`() {
        let limits = RenderLimits(inputMetadataBytes: 900)
        let large = [UInt8](repeating: 0x61, count: 1000)
        let files: [(SourceFormat, [UInt8])] = [
            (.gif, ImageBytes.gif([ImageBytes.gifComment(1000)])), (.webp, ImageBytes.webp([("EXIF", large)])),
            (.png, ImageBytes.png([("eXIf", large)])),
            (.tiff, ImageBytes.tiff(pages: 1, bytesOfTag: 1000) + large),
            (.avif, ImageBytes.heif([ImageBytes.HEIFItem(type: "Exif", data: (28, 1000))], after: large)),
        ]
        for (format, bytes) in files {
            #expect(refusal(bytes, format, limits)?.code == .inputMetadataTooLarge, "\(format)")
            #expect(refusal(bytes, format) == nil, "\(format)")
        }
        #expect(refusal(ImageBytes.tiff(pages: 1, bytesOfTag: 1 << 30), .tiff) == nil)
    }

    // MARK: HEIF

    private static let picture = ImageBytes.HEIFItem(type: "av01", properties: [1])

    @Test func `a picture of itself, or of pictures that are made of others, is refused`() {
        let size = ImageBytes.size(64, 64)
        let loop = ImageBytes.heif([ImageBytes.HEIFItem(type: "iden", origins: [1])], properties: [size])
        #expect(refusal(loop, .avif)?.code == .inputTooComplex)
        let nested = ImageBytes.heif(
            [
                ImageBytes.HEIFItem(type: "grid", origins: [2]), ImageBytes.HEIFItem(type: "grid", origins: [3]),
                Self.picture,
            ], properties: [size])
        #expect(refusal(nested, .avif)?.code == .inputTooComplex)
        let plain = ImageBytes.heif(
            [ImageBytes.HEIFItem(type: "grid", origins: [2, 2, 3]), Self.picture, Self.picture], properties: [size])
        #expect(refusal(plain, .avif) == nil)
    }

    @Test func `tiles are bounded in number and in pixels`() {
        func grid(_ tiles: Int, side: Int) -> [UInt8] {
            ImageBytes.heif(
                [ImageBytes.HEIFItem(type: "grid", origins: Array(repeating: 2, count: tiles)), Self.picture],
                properties: [ImageBytes.size(side, side)])
        }
        #expect(refusal(grid(512, side: 512), .heic) == nil)
        #expect(refusal(grid(513, side: 512), .heic)?.code == .inputTooComplex)
        #expect(refusal(grid(512, side: 4096), .heic)?.code == .inputTooManyPixels)
    }

    @Test func `a size that the coding does not have is refused, in the box and in the data`() throws {
        let stated = ImageBytes.size(64, 64)
        for (width, isTrue) in [(64, true), (128, true), (32_768, false)] {
            let coded = ImageBytes.av1(width, 64)
            #expect(CodedSize(av1: coded[...]) == CodedSize(width: width, height: 64))
            let inBox = ImageBytes.heif(
                [ImageBytes.HEIFItem(type: "av01", properties: [1, 2])],
                properties: [stated, ImageBytes.box("av1C", [0x81, 0, 0, 0] + coded)])
            let inData = ImageBytes.heif(
                [ImageBytes.HEIFItem(type: "av01", properties: [1], data: (28, coded.count))], properties: [stated],
                after: coded)
            let hevc = ImageBytes.hevc(width, 64)
            #expect(CodedSize(hevcConfiguration: hevc[...]) == CodedSize(width: width, height: 64))
            let asHEIC = ImageBytes.heif(
                [ImageBytes.HEIFItem(type: "hvc1", properties: [1, 2])],
                properties: [stated, ImageBytes.box("hvcC", hevc)], brand: "heic")
            for bytes in [inBox, inData, asHEIC] { #expect((refusal(bytes, .avif) == nil) == isTrue, "\(width)") }
        }
    }

    @Test func `boxes and their tables are bounded in number`() {
        let items = Array(repeating: ImageBytes.HEIFItem(type: "av01"), count: 10_001)
        #expect(refusal(ImageBytes.heif(items), .avif)?.code == .inputTooComplex)
    }

    // MARK: Damage

    private static let whole: [(SourceFormat, [UInt8])] = [
        (.jpeg, ImageBytes.jpeg([ImageBytes.segment(0xE1, [1, 2, 3]), ImageBytes.scan, ImageBytes.scan])),
        (
            .png,
            ImageBytes.png([("zTXt", Array("key\0\0x".utf8)), ("iTXt", Array("key\0\u{1}".utf8)), ("IDAT", [1, 2])])
        ),
        (.webp, ImageBytes.webp([("VP8X", [0]), ("ANMF", [1, 2, 3]), ("EXIF", [1])])),
        (.gif, ImageBytes.gif([ImageBytes.gifFrame, ImageBytes.gifComment(400)])),
        (.tiff, ImageBytes.tiff(pages: 3, bytesOfTag: 4)),
        (
            .avif,
            ImageBytes.heif(
                [
                    ImageBytes.HEIFItem(type: "grid", origins: [2]),
                    ImageBytes.HEIFItem(type: "av01", properties: [1, 2], data: (28, 20)),
                ],
                properties: [ImageBytes.size(9, 9), ImageBytes.box("av1C", [0x81, 0, 0, 0] + ImageBytes.av1(9, 9))],
                after: ImageBytes.av1(9, 9))
        ),
    ]

    @Test(arguments: whole) func `what is cut off anywhere is left to the decoder`(
        _ format: SourceFormat, _ bytes: [UInt8]
    ) {
        for length in 0...bytes.count {
            #expect(refusal(Array(bytes.prefix(length)), format) == nil, "\(length) bytes of \(format)")
        }
    }

    @Test(arguments: whole) func `damage anywhere is survived`(_ format: SourceFormat, _ bytes: [UInt8]) {
        var random = Random(state: 7)
        for _ in 0..<2000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = refusal(damaged, format)
        }
    }

    /// The same numbers each time: a multiplication by Knuth.
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33 | state << 31
        }
    }
}
