import SpoolInspection
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// What the options of the formats do to files.
struct EncodingTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        try SamplePicture.hills.write(width: 200, height: 150, format: .png, to: folder.file("pixels"))
        try SamplePicture.hills.write(width: 400, height: 300, format: .jpeg, to: folder.file("planes"))
    }

    private func file(_ encoding: Encoding, of source: String = "pixels") throws -> [UInt8] {
        var rendition = Rendition(path: "x", format: encoding.format, width: 200)
        rendition.encoding = encoding
        _ = try render(folder.file(source), [rendition], in: folder).rendered()
        return try folder.bytes("x")
    }

    private func changed<Options>(_ options: Options, _ change: (inout Options) -> Void) -> Options {
        var options = options
        change(&options)
        return options
    }

    private func jpeg(of source: String = "pixels", _ change: (inout JPEGOptions) -> Void) throws -> [UInt8] {
        try file(.jpeg(changed(JPEGOptions(), change)), of: source)
    }

    private func png(_ change: (inout PNGOptions) -> Void) throws -> [UInt8] {
        try file(.png(changed(PNGOptions(), change)))
    }

    private func webp(_ change: (inout WebPOptions) -> Void) throws -> [UInt8] {
        try file(.webp(changed(WebPOptions(), change)))
    }

    private func gif(_ change: (inout GIFOptions) -> Void) throws -> [UInt8] {
        try file(.gif(changed(GIFOptions(), change)))
    }

    private func tiff(_ change: (inout TIFFOptions) -> Void) throws -> TIFFHeader {
        try TIFFHeader(file(.tiff(changed(TIFFOptions(), change))))
    }

    private func avif(_ change: (inout AVIFOptions) -> Void) throws -> [UInt8] {
        try file(.avif(changed(AVIFOptions(), change)))
    }

    private func jxl(_ change: (inout JXLOptions) -> Void) throws -> [UInt8] {
        try file(.jxl(changed(JXLOptions(), change)))
    }

    private func jp2(_ change: (inout JP2Options) -> Void) throws -> [UInt8] {
        try file(.jp2(changed(JP2Options(), change)))
    }

    /// From pixels and from planes, which other encoders write.
    @Test(arguments: ["pixels", "planes"])
    func `a JPEG is as its options say`(_ source: String) throws {
        let plain = try jpeg(of: source) { _ in }
        #expect(plain.marker(0xC0) != nil && plain.marker(0xC2) == nil)
        #expect(PlanarDecoder(plain)?.subsampling == .quarter)

        let progressive = try jpeg(of: source) { $0.progressive = true }
        #expect(progressive.marker(0xC2) != nil)
        try #expect(Picture(folder.file("x")).width == 200)

        let fine = try jpeg(of: source) { $0.chromaSubsampling = .full }
        #expect(PlanarDecoder(fine)?.subsampling == .full)
        #expect(fine.count > plain.count)

        #expect(try jpeg(of: source) { $0.optimiseCoding = false }.count > plain.count)
        #expect(try jpeg(of: source) { $0.quality = 30 }.count < plain.count)
    }

    @Test func `what only mozjpeg has is refused, and named, where libvips lacks it`() throws {
        let changes: [(inout JPEGOptions) -> Void] = [
            { $0.mozjpeg = true }, { $0.trellisQuantisation = true }, { $0.overshootDeringing = true },
            { $0.optimiseScans = true }, { $0.quantisationTable = 2 },
        ]
        for change in changes {
            var rendition = Rendition(path: "x", format: .jpeg)
            rendition.encoding = .jpeg(changed(JPEGOptions(), change))
            guard let error = rendition.encoding.writingSupport.error else { continue }
            #expect(error.code == .optionUnsupported && error.message.contains("mozjpeg"))
            #expect(try render(folder.file("pixels"), [rendition], in: folder).failure() == error)
        }
    }

    @Test func `a PNG is as its options say`() throws {
        let plain = try png { _ in }
        // The header's depth, colour type (2 is colours, 3 a palette) and interlacing.
        #expect(Array(plain[24...28]) == [8, 2, 0, 0, 0])
        #expect(try png { $0.progressive = true }[28] == 1)
        #expect(try png { $0.compressionLevel = 0 }.count > 2 * plain.count)
        #expect(try png { $0.adaptiveFiltering = true } != plain)
        let palette = try png { $0.palette = true }
        #expect(Array(palette[24...25]) == [8, 3] && palette.count < plain.count)
        #expect(try png { ($0.palette, $0.dither) = (true, 0) } != palette)
        #expect(try png { ($0.palette, $0.quality) = (true, 10) } != palette)
        for (colours, depth) in [(256, 8), (255, 4), (16, 4), (4, 2), (3, 1), (2, 1)] {
            #expect(try png { ($0.palette, $0.colours) = (true, colours) }[24] == UInt8(depth), "\(colours)")
            let used = try Set(Picture(folder.file("x")).pixels)
            #expect(used.count <= colours, "\(colours)")
        }
    }

    @Test func `a WebP is as its options say`() throws {
        let plain = try webp { _ in }
        #expect(plain.isWebP(of: "VP8 "))
        #expect(try webp { $0.lossless = true }.isWebP(of: "VP8L"))
        let source = try Picture(folder.file("pixels"))
        #expect(try Picture(folder.file("x")) == source)
        #expect(try webp { ($0.nearLossless, $0.quality) = (true, 10) }.isWebP(of: "VP8L"))
        #expect(try Picture(folder.file("x")) != source)
        #expect(try webp { $0.quality = 20 }.count < plain.count)
        #expect(try webp { $0.effort = 0 } != plain)
        #expect(try webp { $0.smartSubsample = true } != plain)
        #expect(try webp { $0.preset = .text } != plain)
        try SamplePicture.glass.write(width: 200, height: 150, format: .png, to: folder.file("pixels"))
        #expect(try webp { $0.alphaQuality = 5 }.count < webp { _ in }.count)
    }

    @Test func `a GIF is as its options say`() throws {
        let plain = try gif { _ in }
        #expect(try gif { $0.dither = 0 } != plain)
        #expect(try gif { $0.progressive = true }.count != plain.count)
        for colours in [2, 5, 16, 255] {
            _ = try gif { $0.colours = colours }
            let used = try Set(Picture(folder.file("x")).pixels.map { Array($0.prefix(3)) })
            #expect(used.count <= colours, "\(used.count) of \(colours)")
        }
        #expect(try gif { $0.effort = 1 } != plain)
    }

    @Test func `a TIFF is as its options say`() throws {
        let plain = try tiff { _ in }
        #expect(plain[.compression] == 7 && plain[.tileWidth] == nil && !plain.isBig)
        let numbers: [(TIFFCompression, Int)] = [
            (.none, 1), (.jpeg, 7), (.deflate, 8), (.packbits, 32773), (.lzw, 5),
        ]
        for (compression, number) in numbers {
            #expect(try tiff { $0.compression = compression }[.compression] == number)
        }
        #expect(try tiff { $0.compression = .lzw }[.predictor] == 2)
        #expect(try tiff { ($0.compression, $0.predictor) = (.lzw, TIFFPredictor.none) }[.predictor] ?? 1 == 1)
        let fax = try tiff { ($0.compression, $0.bitdepth) = (.ccittfax4, 1) }
        #expect(fax[.compression] == 4 && fax[.bits] == 1 && fax[.samples] == 1)
        #expect(try tiff { $0.bitdepth = 4 }[.bits] == 4)
        // Neither has room for alpha, whatever the rendition says.
        for change in [{ $0.compression = .jpeg }, { $0.bitdepth = 1 }] as [(inout TIFFOptions) -> Void] {
            var rendition = Rendition(path: "x", format: .tiff, width: 200)
            rendition.encoding = .tiff(changed(TIFFOptions(), change))
            rendition.ensureAlpha = 0.5
            _ = try render(folder.file("pixels"), [rendition], in: folder).rendered()
            #expect(try [1, 3].contains(TIFFHeader(folder.bytes("x"))[.samples]))
        }
        let tiled = try tiff { ($0.tile, $0.tileWidth, $0.tileHeight) = (true, 64, 32) }
        #expect(tiled[.tileWidth] == 64 && tiled[.tileHeight] == 32)
        #expect(try tiff { ($0.tile, $0.pyramid, $0.tileWidth, $0.tileHeight) = (true, true, 64, 64) }.hasMorePages)
        #expect(try tiff { $0.bigtiff = true }.isBig)
        // Pixels a centimetre.
        #expect(try tiff { ($0.xres, $0.yres) = (3, 5) }.resolution == [30, 50])
    }

    @Test func `a JPEG XL is as its options say`() throws {
        let plain = try jxl { _ in }
        #expect(try jxl { $0.distance = 1 } == plain)
        #expect(try jxl { $0.distance = 3 }.count < plain.count)
        #expect(try jxl { ($0.distance, $0.quality) = (3, 95) } == jxl { $0.distance = 3 })
        #expect(try jxl { $0.quality = 40 }.count < plain.count)
        #expect(try jxl { $0.effort = 3 } != plain)
        #expect(try !jxl { $0.effort = 1 }.isEmpty)
        #expect(try jxl { $0.decodingTier = 4 } != plain)
        let source = try Picture(folder.file("pixels"))
        _ = try jxl { _ in }
        #expect(try Picture(folder.file("x")) != source)
        _ = try jxl { $0.lossless = true }
        #expect(try Picture(folder.file("x")) == source)
    }

    @Test func `a JPEG 2000 is as its options say`() throws {
        let plain = try jp2 { _ in }
        // In the header of the code: the size of the tiles after the picture's own.
        let header = try #require(plain.firstRange(of: [0xFF, 0x4F, 0xFF, 0x51])?.lowerBound)
        func tileWidth(_ file: [UInt8]) -> Int { file[(header + 24)..<(header + 28)].reduce(0) { $0 << 8 | Int($1) } }
        #expect(tileWidth(plain) == 512)
        #expect(try tileWidth(jp2 { $0.tileWidth = 64 }) == 64)
        #expect(try jp2 { $0.tileHeight = 64 } != plain)
        #expect(try jp2 { $0.quality = 30 }.count < plain.count)
        #expect(try jp2 { $0.chromaSubsampling = .quarter } != plain)
        let source = try Picture(folder.file("pixels"))
        _ = try jp2 { _ in }
        #expect(try Picture(folder.file("x")) != source)
        _ = try jp2 { ($0.lossless, $0.chromaSubsampling) = (true, .quarter) }
        #expect(try Picture(folder.file("x")) == source)
    }

    @Test func `a TIFF has a compression that libtiff lacks only with an error that names it`() throws {
        for (compression, number) in [(TIFFCompression.webp, 50001), (.zstd, 50000)] {
            let options = changed(TIFFOptions()) { $0.compression = compression }
            if let error = Encoding.tiff(options).writingSupport.error {
                #expect(error.code == .optionUnsupported && error.message.contains(compression.rawValue))
            } else {
                #expect(try TIFFHeader(file(.tiff(options)))[.compression] == number)
            }
        }
    }

    @Test func `an AVIF is as its options say`() throws {
        try #require(ImageFormat.avif.writingSupport == .complete)
        let plain = try avif { _ in }
        let sky = try Picture(folder.file("x"))[100, 10]
        // Of the coded picture's configuration: high and twelve bits, monochrome, subsampling across and down.
        #expect(plain.av1Flags & 0b0110_1100 == 0)
        #expect(try avif { $0.chromaSubsampling = .quarter }.av1Flags & 0b0110_1100 == 0b0000_1100)
        for (depth, flags) in [(10, 0b0100_0000), (12, 0b0110_0000)] as [(Int, UInt8)] {
            let options = changed(AVIFOptions()) { $0.bitdepth = depth }
            if let error = Encoding.avif(options).writingSupport.error {
                #expect(depth == 10 && error.code == .optionUnsupported && error.message.contains("bitdepth 10"))
            } else {
                #expect(try file(.avif(options)).av1Flags & 0b0110_0000 == flags)
                // The same brightness, in more bits.
                let picture = try Picture(Raster(decoding: folder.file("x")).standardised())
                #expect(picture.distance(at: 100, 10, from: sky) < 12)
            }
        }
        #expect(try avif { $0.quality = 10 }.count < plain.count)
        #expect(try avif { $0.effort = 0 } != plain)
        _ = try avif { $0.lossless = true }
        #expect(try Picture(folder.file("x")) == Picture(folder.file("pixels")))
    }
}

extension Picture {
    fileprivate var pixels: [[UInt8]] { (0..<(width * height)).map { self[$0 % width, $0 / width] } }
}

extension [UInt8] {
    /// Whether a WebP file has such a chunk of pixels, behind a chunk of features or alone.
    fileprivate func isWebP(of chunk: String) -> Bool {
        has(chunk, at: 12) || has("VP8X", at: 12) && has(chunk, at: 30)
    }

    /// Where a JPEG's segment of this kind begins.
    fileprivate func marker(_ kind: UInt8) -> Int? {
        var position = 2
        while position + 4 <= count, self[position] == 0xFF, self[position + 1] != 0xDA {
            if self[position + 1] == kind { return position }
            position += 2 + Int(self[position + 2]) << 8 + Int(self[position + 3])
        }
        return nil
    }

    /// The third byte of an AVIF's `av1C` box.
    fileprivate var av1Flags: UInt8 {
        indices.first { has("av1C", at: $0) }.map { self[$0 + 6] } ?? 0xFF
    }
}

/// The first folder of a TIFF file, with values that fit into its entries.
private struct TIFFHeader {
    enum Tag: Int {
        case bits = 258, compression = 259, samples = 277, predictor = 317, tileWidth = 322, tileHeight = 323
    }

    let isBig: Bool
    var hasMorePages = false
    private var values: [Int: Int] = [:]
    /// Across and down.
    var resolution: [Int] = []

    subscript(tag: Tag) -> Int? { values[tag.rawValue] }

    init(_ bytes: [UInt8]) throws {
        func number(_ count: Int, at offset: Int) -> Int {
            bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        try #require(bytes.has("II", at: 0))
        isBig = bytes[2] == 43
        let word = isBig ? 8 : 4
        let start = number(word, at: isBig ? 8 : 4)
        let count = number(isBig ? 8 : 2, at: start)
        let entries = start + (isBig ? 8 : 2)
        let size = isBig ? 20 : 12
        for index in 0..<count {
            let entry = entries + index * size
            let (tag, type) = (number(2, at: entry), number(2, at: entry + 2))
            let several = number(word, at: entry + 4) > word / (type == 3 ? 2 : 4)
            let value = entry + 4 + word
            let place = several || type == 5 && !isBig ? number(word, at: value) : value
            if tag == 282 || tag == 283 {
                resolution.append(number(4, at: place) / number(4, at: place + 4))
            } else if type == 3 || type == 4 {
                values[tag] = number(type == 3 ? 2 : 4, at: place)
            }
        }
        hasMorePages = number(word, at: entries + count * size) != 0
    }
}
