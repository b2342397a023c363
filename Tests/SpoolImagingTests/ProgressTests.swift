import SpoolJob
import SpoolWire
import Synchronization
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

@Suite struct `The progress of a rendering` {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// What a meter that does not wait says of a source and its renditions.
    private func progress(of renditions: [Rendition], from source: String) throws -> [RenderProgress] {
        let request = RenderRequest(input: Input(path: ""), renditions: renditions, limits: RenderLimits())
        let outputs = try renditions.map { try Descriptor(creating: folder.file($0.path)) }
        let told = Mutex<[RenderProgress]>([])
        try VipsLibrary.start()
        try Descriptor(reading: folder.file(source)).with { source in
            try Descriptor.with(outputs) { outputs in
                try VipsLibrary.exclusively { tools throws(JobError) in
                    var rendering = try Rendering(request, source: source, tools) { _ in }
                    let meter = ProgressMeter(every: .zero) { progress in told.withLock { $0.append(progress) } }
                    _ = try rendering.run(overlays: [], outputs, RenderThreads(), meter)
                }
            }
        }
        return told.withLock { $0 }
    }

    @Test(arguments: [ImageFormat.png, .webp, .jpeg])
    func `goes up to the end, one rendition after the other`(format: ImageFormat) throws {
        try Picture(1200, 900, [10, 20, 30]).write(.png, to: folder.file("source"))
        let renditions = [1000, 500].map { (width: Int) in
            Rendition(path: "\(width)", format: format, width: width)
        }
        // A thread of libvips tells, if it comes to that before all pixels are computed.
        for _ in 0..<1000 {
            let told = try progress(of: renditions, from: "source")
            #expect(told.last == RenderProgress(renditions: 2, percent: 0))
            for (earlier, later) in zip(told, told.dropFirst()) {
                #expect(earlier.renditions < later.renditions || earlier.percent <= later.percent)
            }
            #expect(told.allSatisfy { (0...100).contains($0.percent) })
            if (0..<2).allSatisfy({ number in told.contains { $0.renditions == number && $0.percent > 0 } }) { return }
        }
        Issue.record("libvips tells nothing")
    }

    @Test func `of planes that stay planes is told with each rendition`() throws {
        try Picture(640, 480, [10, 20, 30]).write(.jpeg, to: folder.file("source"))
        let renditions = [100, 200].map { (width: Int) in Rendition(path: "\(width)", format: .jpeg, width: width) }
        let told = try progress(of: renditions, from: "source")
        #expect(told == [RenderProgress(renditions: 1, percent: 0), RenderProgress(renditions: 2, percent: 0)])
    }
}
