import SpoolCore
import Testing

@testable import SpoolImaging

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
        let source = Descriptor(reading: folder.file("source"))
        #expect(try render(request, source, []).failure().code == .renderFailed)
    }
}
