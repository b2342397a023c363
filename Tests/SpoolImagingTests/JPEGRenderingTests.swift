import CTurboJPEG
import Glibc
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// The renderer that knows JPEG alone, against the one that knows all.
@Suite struct JPEGRenderingTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private static func picture(_ width: Int, _ height: Int, bands: Int = 3) -> Picture {
        Picture(width, height, bands: bands) { x, y in
            let wave = 128 + 100 * sin(Double(x) / 7) * cos(Double(y) / 11)
            return [UInt8(wave), UInt8(255 * x / width), UInt8(255 * y / height)].prefix(bands).map(\.self)
        }
    }

    /// - Returns: nil if it declines.
    private func reply(_ request: RenderRequest, _ path: String, prefix: String) throws -> RenderReply? {
        let outputs = try request.renditions.map { try Descriptor(creating: folder.file(prefix + $0.path)) }
        return try Descriptor(reading: path).with { source in
            Descriptor.with(outputs) { outputs in
                do throws(JobError) {
                    guard let rendering = try JPEGRendering(request, source: source) else { return nil }
                    return .rendered(try rendering.run(outputs, makers: 1, PlaneScaler(), nil))
                } catch {
                    return .failed(error)
                }
            }
        }
    }

    private func expectSame(
        _ bytes: [UInt8], _ renditions: [Rendition], _ input: Input = Input(path: ""),
        _ limits: RenderLimits = RenderLimits(), _ location: SourceLocation = #_sourceLocation
    ) throws {
        let path = try folder.file("source.jpg", bytes)
        let request = RenderRequest(input: input, renditions: renditions, limits: limits)
        let short = try #require(try reply(request, path, prefix: "short-"), sourceLocation: location)
        let whole = try render(
            request, try Descriptor(reading: path),
            try renditions.map { try Descriptor(creating: folder.file("whole-" + $0.path)) })
        #expect(short.withoutTimes == whole.withoutTimes, sourceLocation: location)
        guard case .rendered = whole else { return }
        for rendition in renditions {
            #expect(
                try folder.bytes("short-" + rendition.path) == folder.bytes("whole-" + rendition.path),
                "\(rendition.path)", sourceLocation: location)
        }
    }

    private func expectDeclined(
        _ bytes: [UInt8], _ rendition: Rendition = Rendition(path: "a.jpg", format: .jpeg, width: 20),
        _ input: Input = Input(path: ""), _ location: SourceLocation = #_sourceLocation
    ) throws {
        let request = RenderRequest(input: input, renditions: [rendition], limits: RenderLimits())
        let path = try folder.file("source.jpg", bytes)
        #expect(try reply(request, path, prefix: "") == nil, sourceLocation: location)
    }

    private static let renditions: [Rendition] = {
        var all = [
            Rendition(path: "0.jpg", format: .jpeg, width: 90),
            Rendition(path: "1.jpg", format: .jpeg, width: 40, height: 40, position: .northwest),
            Rendition(path: "2.jpg", format: .jpeg, width: 30, height: 50, fit: .fill, quality: 40),
            Rendition(path: "3.jpg", format: .jpeg, height: 33, fit: .inside),
            Rendition(path: "4.jpg", format: .jpeg, width: 31, withoutEnlargement: true),
            Rendition(path: "5.jpg", format: .jpeg, width: 64),
        ]
        all[3].flop = true
        all[3].flip = true
        all[4].extract = Area(left: 3, top: 5, width: 70, height: 71)
        all[4].encoding = {
            var options = JPEGOptions()
            options.progressive = true
            options.chromaSubsampling = .full
            return .jpeg(options)
        }()
        return all
    }()

    @Test(arguments: JPEGSource.subsamplings.map(\.name))
    func `makes the same files, of all subsamplings and orientations`(_ name: String) throws {
        let subsampling = try #require(JPEGSource.subsamplings.first { $0.name == name }?.1)
        for orientation in 1...8 {
            let picture = Self.picture(121, 99, bands: subsampling == TJSAMP_GRAY ? 1 : 3)
            let bytes = try JPEGSource.bytes(of: picture, subsampling, orientation: orientation)
            try expectSame(bytes, Self.renditions.filter { $0.flop == (orientation % 3 == 0) })
            var turned = Self.renditions[0]
            turned.rotate = 90
            try expectSame(bytes, [turned], Input(path: "", autoOrient: false))
        }
    }

    @Test func `fails with the same errors`() throws {
        let bytes = try JPEGSource.bytes(of: Self.picture(121, 99), TJSAMP_420)
        let one = [Rendition(path: "a.jpg", format: .jpeg, width: 20)]
        // Cut, with a hole, and with the wrong sum.
        try expectSame(Array(bytes.prefix(bytes.count * 2 / 3)), one)
        var broken = bytes
        for place in (bytes.count / 2)..<(bytes.count / 2 + 40) { broken[place] = 0xFF }
        try expectSame(broken, one)
        var input = Input(path: "")
        input.sha256 = String(repeating: "0", count: 64)
        try expectSame(bytes, one, input)
        // Too large, of too many pixels, outside, and with a loss.
        var limits = RenderLimits()
        limits.inputPixels = 100
        try expectSame(bytes, one, Input(path: ""), limits)
        try expectSame(bytes, one, Input(path: ""), RenderLimits(outputDimension: 10))
        var outside = one[0]
        outside.extract = Area(left: 100, top: 0, width: 30, height: 10)
        try expectSame(bytes, [outside])
        var whole = one[0]
        whole.forbidLoss = [.exif]
        try expectSame(try JPEGSource.bytes(of: Self.picture(121, 99), TJSAMP_420, orientation: 3), [whole])
    }

    @Test func `tells of the metadata that goes`() throws {
        let bytes = try JPEGSource.bytes(of: Self.picture(60, 50), TJSAMP_420)
        func segment(_ code: UInt8, _ content: [UInt8]) -> [UInt8] {
            [0xFF, code, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 0xFF)] + content
        }
        let xmp = segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'/>".utf8))
        let iptc = segment(0xED, Array("Photoshop 3.0\0".utf8) + Array("8BIM".utf8) + [4, 4, 0, 0, 0, 0, 0, 0])
        let rendition = Rendition(path: "a.jpg", format: .jpeg, width: 20)
        for parts in [xmp, iptc, xmp + iptc, segment(0xFE, Array("a comment".utf8)), segment(0xED, [1, 2])] {
            try expectSame(Array(bytes.prefix(2)) + parts + bytes.dropFirst(2), [rendition])
        }
    }

    @Test func `leaves what is unusual to the other`() throws {
        let bytes = try JPEGSource.bytes(of: Self.picture(60, 50), TJSAMP_420)
        let rendition = Rendition(path: "a.jpg", format: .jpeg, width: 20)
        func segment(_ code: UInt8, _ content: [UInt8]) -> [UInt8] {
            Array(bytes.prefix(2)) + [0xFF, code, 0, UInt8(content.count + 2)] + content + bytes.dropFirst(2)
        }
        try expectDeclined(Array("RIFF\0\0\0\0WEBP".utf8))
        try expectDeclined(segment(0xE2, Array("ICC_PROFILE\0".utf8) + [1, 1] + Array(repeating: 7, count: 40)))
        try expectDeclined(segment(0xE2, Array("ICC_PROFILE\0".utf8) + [1, 2] + Array(repeating: 7, count: 40)))
        try expectDeclined(segment(0xE1, Array("Exif".utf8) + [0, 0] + Array(repeating: 7, count: 40)))
        try expectDeclined(segment(0xE1, Array("http://ns.adobe.com/xmp/extension/\0".utf8)))
        try expectDeclined(bytes, Rendition(path: "a.jpg", format: .jpeg, width: 100))
        try expectDeclined(bytes, rendition, Input(path: "", failOn: .none))
        var page = Input(path: "")
        page.page = 1
        try expectDeclined(bytes, rendition, page)
    }

    @Test func `takes no rendition that says more than size, place and quality`() {
        var plain = Rendition(path: "a.jpg", format: .jpeg, width: 20)
        #expect(plain.isPlainJPEG)
        plain.rotate = 90
        #expect(plain.isPlainJPEG)
        for (name, change) in Self.more {
            var rendition = Rendition(path: "a.jpg", format: .jpeg, width: 20)
            change(&rendition)
            #expect(!rendition.isPlainJPEG, "\(name)")
        }
    }

    private static let more: [(String, @Sendable (inout Rendition) -> Void)] = [
        ("format", { $0.format = .png }), ("rotate", { $0.rotate = 3 }), ("fit", { $0.fit = .contain }),
        ("position", { $0.position = .attention }), ("kernel", { $0.kernel = .cubic }), ("gamma", { $0.gamma = 2 }),
        ("keep", { $0.keep = [.exif] }), ("colourspace", { $0.colourspace = .keep }), ("density", { $0.density = 72 }),
        ("maxBytes", { $0.maxBytes = 1000 }), ("ifLarger", { $0.ifLarger = .copy }), ("median", { $0.median = 3 }),
        ("placeholder", { $0.placeholder = .blurhash }), ("dominantColour", { $0.dominantColour = true }),
        ("greyscale", { $0.greyscale = true }),
        ("extractAfter", { $0.extractAfter = Area(left: 0, top: 0, width: 1, height: 1) }),
        (
            "mozjpeg",
            {
                var options = JPEGOptions()
                options.mozjpeg = true
                $0.encoding = .jpeg(options)
            }
        ),
    ]

    /// Whatever stands in EXIF, the short reader says what libvips says, or nothing.
    @Test func `reads EXIF as libexif does, or not at all`() throws {
        try VipsLibrary.start()
        var random = SeededGenerator(7)
        let bytes = try JPEGSource.bytes(of: Self.picture(16, 16), TJSAMP_420)
        let planar = try #require(PlanarDecoder(bytes))
        let planes = PlanesPlanner.PlanesHeader(size: planar.size, subsampling: planar.subsampling)
        var read = 0
        for round in 0..<3000 {
            var exif = Self.exif(littleEndian: round % 2 == 0, position: round % 3 == 0)
            // The first ones as they are.
            for _ in 0..<(round < 6 ? 0 : Int.random(in: 1...3, using: &random)) {
                exif[Int.random(in: exif.indices, using: &random)] =
                    UInt8.random(in: 0...(Bool.random(using: &random) ? 9 : 255), using: &random)
            }
            let file = Array(bytes.prefix(2)) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + bytes.dropFirst(2)
            guard let header = SourceHeader(jpeg: file, planes, ignoringProfile: false) else { continue }
            read += 1
            let path = try folder.file("exif.jpg", file)
            let whole = try Descriptor(reading: path).with { descriptor in
                let decoder = try Decoder(SourceFile(descriptor, RenderLimits()), Input(path: ""))
                return SourceHeader(try decoder.openHeader())
            }
            #expect(header == whole, "round \(round): \(exif)")
        }
        #expect(read > 300)
    }

    /// Camera, orientation and date; and the position.
    private static func exif(littleEndian: Bool, position: Bool) -> [UInt8] {
        func number(_ value: Int, _ length: Int) -> [UInt8] {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return littleEndian ? bytes : bytes.reversed()
        }
        func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
            number(tag, 2) + number(type, 2) + number(count, 4) + value + Array(repeating: 0, count: 4 - value.count)
        }
        let entries =
            [
                entry(0x010F, 2, 4, Array("Cam\0".utf8)), entry(0x0112, 3, 1, number(6, 2)),
                entry(0x0128, 3, 1, number(2, 2)),
            ]
            + (position ? [entry(0x8825, 4, 1, number(50, 4))] : [])
        let first = number(entries.count, 2) + entries.joined() + number(0, 4)
        let head = Array((littleEndian ? "II" : "MM").utf8) + number(42, 2) + number(8, 4)
        let padding = Array(repeating: UInt8(0), count: max(0, 50 - 8 - first.count))
        let gps = number(1, 2) + entry(0, 1, 4, [2, 3, 0, 0]) + number(0, 4)
        // Its place depends on how much comes before.
        let place = 8 + first.count + padding.count
        var all = Array("Exif".utf8) + [0, 0] + head + first + padding + (position ? gps : [])
        if position {
            let pointer = 6 + 8 + 2 + 12 * 3 + 8
            all.replaceSubrange(pointer..<(pointer + 4), with: number(place, 4))
        }
        return all
    }
}

/// The same numbers each time.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

extension RenderReply {
    /// What it took differs each time.
    fileprivate var withoutTimes: RenderReply {
        guard case .rendered(var job) = self else { return self }
        for index in job.renditions.indices { job.renditions[index].milliseconds = 0 }
        return .rendered(job)
    }
}
