import Foundation
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

struct LimitTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        try Picture(100, 50, [10, 20, 30]).write(.png, to: folder.file("source"))
    }

    private func reply(_ rendition: Rendition, _ limits: RenderLimits = RenderLimits()) throws -> RenderReply {
        try render(folder.file("source"), [rendition], in: folder, limits: limits)
    }

    @Test func `a source with too many pixels is refused with the numbers`() throws {
        let rendition = Rendition(path: "x.png", format: .png, width: 10)
        let error = try reply(rendition, RenderLimits(inputPixels: 4999)).failure()
        #expect(error.code == .inputTooManyPixels)
        #expect(error.message.contains("100×50 = 5000") && error.message.contains("4999"))
        #expect(error.message.contains("limits.input-pixels"))
        _ = try reply(rendition, RenderLimits(inputPixels: 5000)).rendered()
    }

    /// Written by hand: a TIFF of one pixel and so many samples, each in a plane of its own.
    private func tiff(channels: Int) -> [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 255) } }
        func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: Int) -> [UInt8] {
            number(tag, 2) + number(type, 2) + number(count, 4) + number(value, 4)
        }
        let entries = 9
        let (bits, offsets, lengths) = (
            8 + 2 + 12 * entries + 4, 8 + 2 + 12 * entries + 4 + 2 * channels,
            8 + 2 + 12 * entries + 4 + 6 * channels
        )
        let directory =
            entry(256, 3, 1, 1) + entry(257, 3, 1, 1) + entry(258, 3, channels, bits) + entry(259, 3, 1, 1)
            + entry(262, 3, 1, 2) + entry(273, 4, channels, offsets) + entry(277, 3, 1, channels)
            + entry(279, 4, channels, lengths) + entry(284, 3, 1, 2)
        var file = Array("II".utf8) + number(42, 2) + number(8, 4) + number(entries, 2) + directory + number(0, 4)
        file += (0..<channels).flatMap { _ in number(8, 2) } + (0..<channels).flatMap { _ in number(8, 4) }
        return file + (0..<channels).flatMap { _ in number(1, 4) }
    }

    @Test func `a source with more channels than pictures have is refused`() throws {
        let rendition = Rendition(path: "x.png", format: .png)
        func reply(_ channels: Int) throws -> RenderReply {
            try Data(tiff(channels: channels)).write(to: URL(filePath: folder.file("source")))
            return try self.reply(rendition)
        }
        let error = try reply(200).failure()
        #expect(error.code == .inputUnsupported && error.message.contains("200 channels"), "\(error.message)")
        _ = try reply(8).rendered()
    }

    @Test(arguments: [nil, Trim()])
    func `memory is asked for before pixels are decoded`(trim: Trim?) throws {
        let file = try Data(contentsOf: URL(filePath: folder.file("source")))
        try file.prefix(file.count - 40).write(to: URL(filePath: folder.file("source")))
        var rendition = Rendition(path: "x.png", format: .png)
        rendition.trim = trim
        let request = RenderRequest(
            input: Input(path: "not looked at"), renditions: [rendition], limits: RenderLimits())
        let output = try Descriptor(creating: folder.file("x.png"))
        let reply = try Descriptor(reading: folder.file("source")).with { source in
            try output.with { output in
                try Renderer().render(request, source: source, outputs: [output]) { bytes throws(JobError) in
                    throw JobError(.memoryExceeded, "\(bytes)")
                }
            }
        }
        // A decoder would have said that the file is damaged.
        let error = try reply.failure()
        #expect(error.code == .memoryExceeded)
        // Three bytes a pixel are kept while edges are looked for.
        if trim != nil { #expect(Int(error.message) == file.count - 40 + 100 * 50 * 3) }
    }

    @Test func `an output that is too large is refused by its place in the job`() throws {
        let rendition = Rendition(path: "x.png", format: .png, width: 201)
        let error = try reply(rendition, RenderLimits(outputDimension: 200)).failure()
        #expect(error.code == .outputTooLarge)
        #expect(error.message.contains("renditions[0] would be 201×101"))
        #expect(error.message.contains("limits.output-dimension"))
        _ = try reply(rendition, RenderLimits(outputDimension: 201)).rendered()
    }

    @Test(arguments: [(ImageFormat.webp, 16_384), (.jpeg, 65_501), (.gif, 65_536), (.avif, 16_385)])
    func `formats have limits of their own`(_ format: ImageFormat, width: Int) throws {
        let rendition = Rendition(path: "x", format: format, width: width, height: 1, fit: .fill)
        let error = try reply(rendition, RenderLimits(outputDimension: 100_000)).failure()
        #expect(error.code == .outputTooLarge)
        #expect(error.message.contains("\(format.name) allows \(width - 1)"))
    }

    @Test(arguments: [(ImageFormat.webp, 16_383), (.jpeg, 65_500), (.gif, 65_535), (.avif, 16_384)])
    func `the longest sides can be made`(_ format: ImageFormat, width: Int) throws {
        let rendition = Rendition(path: "x", format: format, width: width, height: 16, fit: .fill)
        let job = try reply(rendition, RenderLimits(outputDimension: 100_000)).rendered()
        #expect(job.renditions[0].width == width)
    }

    @Test func `a thin source may not grow without bounds before it is cut`() throws {
        try Picture(2000, 1, [1, 2, 3]).write(.png, to: folder.file("source"))
        let rendition = Rendition(path: "x.png", format: .png, width: 1000, height: 1000)
        let error = try reply(rendition).failure()
        #expect(error.code == .outputTooLarge)
        #expect(error.message.contains("2000000×1000"))
    }

    @Test func `every rendition needs its file`() throws {
        let request = RenderRequest(
            input: Input(path: "x"), renditions: [Rendition(path: "x.png", format: .png)], limits: RenderLimits())
        let source = try Descriptor(reading: folder.file("source"))
        #expect(try render(request, source, []).failure().code == .renderFailed)
    }
}

struct RenditionLimitTests {
    private static let limits = RenderLimits(outputDimension: 200)

    @Test(arguments: Fit.allCases, [false, true])
    func `a rendition is refused unseen only if no source makes it smaller`(
        _ fit: Fit, withoutEnlargement: Bool
    ) throws {
        let folder = try ScratchFolder()
        try Picture(100, 50, [10, 20, 30]).write(.png, to: folder.file("source"))
        for (width, height) in [(201, nil), (nil, 201), (201, 10), (10, 201), (201, 201)] as [(Int?, Int?)] {
            var rendition = Rendition(path: "x.png", format: .png, width: width, height: height, fit: fit)
            rendition.withoutEnlargement = withoutEnlargement
            let isRefused = (try? Self.limits.check([rendition])) == nil
            let reply = try render(folder.file("source"), [rendition], in: folder, limits: Self.limits)
            let isTooLarge = if case .failed(let error) = reply { error.code == .outputTooLarge } else { false }
            #expect(!isRefused || isTooLarge, "\(rendition)")
            // The limit is on what is made.
            if case .rendered(let job) = reply {
                #expect(max(job.renditions[0].width, job.renditions[0].height) <= 200)
            }
        }
    }

    @Test(
        arguments: [
            (Fit.cover, 201, nil, false), (.cover, 201, 10, false), (.fill, 10, 201, false), (.outside, 201, 10, false),
            (.contain, 201, 10, true), (.inside, 201, nil, false),
        ] as [(Fit, Int?, Int?, Bool)])
    func `what is certain is refused unseen`(
        _ fit: Fit, width: Int?, height: Int?, withoutEnlargement: Bool
    ) throws {
        var rendition = Rendition(path: "x.png", format: .png, width: width, height: height, fit: fit)
        rendition.withoutEnlargement = withoutEnlargement
        let error = #expect(throws: JobError.self) { try Self.limits.check([rendition]) }
        #expect(error?.code == .outputTooLarge)
        #expect(error?.message.contains("is 201, more than the limit of 200") == true)
    }

    @Test func `a source that is small enough may be asked for more than the limit without enlargement`() throws {
        let folder = try ScratchFolder()
        try Picture(100, 50, [10, 20, 30]).write(.png, to: folder.file("source"))
        var rendition = Rendition(path: "x.png", format: .png, width: 5000)
        rendition.withoutEnlargement = true
        try Self.limits.check([rendition])
        let job = try render(folder.file("source"), [rendition], in: folder, limits: Self.limits).rendered()
        #expect(job.renditions[0].width == 100)
    }
}
