import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

@Suite struct `Renditions that are made side by side` {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func reply(
        _ renditions: [Rendition], threads: Int, outputs: [Descriptor]? = nil
    ) throws -> RenderReply {
        let request = RenderRequest(input: Input(path: ""), renditions: renditions, limits: RenderLimits())
        let outputs = try outputs ?? renditions.map { try Descriptor(creating: folder.file($0.path)) }
        let renderer = try Renderer()
        return try Descriptor(reading: folder.file("source")).with { source in
            Descriptor.with(outputs) { renderer.render(request, source: source, outputs: $0, threads: threads) }
        }
    }

    @Test(arguments: [ImageFormat.jpeg, .png])
    func `are what they are one after the other`(source: ImageFormat) throws {
        try SamplePicture.hills.write(width: 700, height: 500, format: source, to: folder.file("source"))
        var renditions = ImageFormat.allCases.flatMap { format in
            [400, 160, 90].map { (width: Int) in
                Rendition(path: "\(format.rawValue) \(width)", format: format, width: width)
            }
        }
        renditions[0].extract = Area(left: 10, top: 20, width: 300, height: 300)
        renditions[1].normalise = Normalisation()
        renditions[3].colourspace = .p3
        renditions[4].rotate = 90
        let alone = try reply(renditions, threads: 1).rendered()
        let files = try renditions.map { try folder.bytes($0.path) }
        let beside = try reply(renditions, threads: 5).rendered()
        #expect(alone.renditions.map(\.sha256) == beside.renditions.map(\.sha256))
        #expect(try renditions.map { try folder.bytes($0.path) } == files)
    }

    @Test(arguments: [ImageFormat.jpeg, .png])
    func `fail with the words of the first that fails, and are complete but for those`(source: ImageFormat) throws {
        try SamplePicture.hills.write(width: 700, height: 500, format: source, to: folder.file("source"))
        var renditions = [600, 500, 400, 300].map { (width: Int) in
            Rendition(path: "\(width)", format: .webp, width: width)
        }
        renditions[3].maxBytes = 10
        let outputs = try renditions.map { try Descriptor(creating: folder.file($0.path)) }
        let error = try reply(renditions, threads: 4, outputs: outputs).failure()
        #expect(error.code == .outputTooLarge && error.message.hasPrefix("renditions[3] has "))
        #expect(try Picture(folder.file("400")).width == 400)

        let unwritable = try [outputs[0], Descriptor(reading: folder.file("500"))] + outputs[2...]
        #expect(try reply(renditions, threads: 4, outputs: unwritable).failure().code == .storageFailed)
        let full = try [outputs[0], Descriptor(writing: "/dev/full")] + outputs[2...]
        #expect(
            try reply(renditions, threads: 4, outputs: full).failure()
                == reply(renditions, threads: 1, outputs: full).failure())
    }

    @Test func `are so many as memory has room for`() throws {
        try SamplePicture.hills.write(width: 700, height: 500, format: .png, to: folder.file("source"))
        let renditions = [400, 300, 200].map { (width: Int) in
            Rendition(path: "\(width)", format: width == 400 ? .avif : .webp, width: width)
        }
        let request = RenderRequest(input: Input(path: ""), renditions: renditions, limits: RenderLimits())
        try VipsLibrary.start()
        try Descriptor(reading: folder.file("source")).with { source in
            try VipsLibrary.exclusively { tools throws(JobError) in
                let rendering = try Rendering(request, source: source, tools) { _ in }
                let needed = (1...3).map { rendering.memory(makers: $0) }
                #expect(needed[0] < needed[1] && needed[1] < needed[2])
                #expect(rendering.threads(8, memory: .max) == RenderThreads(makers: 3, inAll: 8))
                #expect(rendering.threads(2, memory: .max).makers == 2)
                #expect(rendering.threads(8, memory: 2 * needed[1]).makers == 2)
                #expect(rendering.threads(8, memory: needed[1]).makers == 1)
            }
        }
    }
}
