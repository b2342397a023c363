import SpoolCore
import SpoolImaging
import Testing

@testable import SpoolWorker

@Suite struct `A renderer's answer` {
    private let job = Job(input: Input(path: "a"), renditions: [Rendition(path: "b.png", format: .png)])

    private func answer(_ change: (inout RenderedJob) -> Void) throws -> RenderedJob {
        let digest = String(repeating: "0a", count: 32)
        let text = """
            {"input": {"format": "jpeg", "width": 1, "height": 1, "pages": 1, "bytes": 1, "sha256": "\(digest)"},
             "renditions": [{"width": 1, "height": 1, "bytes": 1, "sha256": "\(digest)", "milliseconds": 1}]}
            """
        var answer = try RendererProtocol.decode(RenderedJob.self, from: Array(text.utf8))
        change(&answer)
        return answer
    }

    private func flaw(_ lie: (inout RenderedJob) -> Void) throws -> String? {
        try RenderReply.rendered(answer(lie)).flaw(for: job, limits: RenderLimits())
    }

    @Test func `is believed only as far as it can be true`() throws {
        #expect(try flaw { _ in } == nil)
        let lies: [(inout RenderedJob) -> Void] = [
            { $0.renditions = [] }, { $0.renditions[0].milliseconds = 1e308 }, { $0.renditions[0].milliseconds = .nan },
            { $0.renditions[0].milliseconds = -1 }, { $0.renditions[0].width = 0 },
            { $0.renditions[0].height = 1 << 40 }, { $0.renditions[0].bytes = -1 },
            { $0.renditions[0].sha256 = "" }, { $0.input.format = "J\u{202E}" }, { $0.input.height = -7 },
            { $0.input.sha256 = String(repeating: "A", count: 64) }, { $0.input.pages = 0 },
        ]
        for lie in lies { #expect(try flaw(lie) != nil) }
    }
}

@Suite struct `A request to a renderer` {
    @Test func `fits one message, however long the paths are`() throws {
        let path = String(repeating: "d", count: 4000)
        let renditions = (0..<Job.maximumRenditions).map {
            Rendition(
                path: "\(path)\($0).jpg", format: .jpeg, width: 65_535, height: 65_535, fit: .contain,
                position: .northwest, background: Colour(red: 255, green: 255, blue: 255, alpha: 1.0 / 3),
                withoutEnlargement: true, quality: 100)
        }
        let job = Job(input: Input(path: path), renditions: renditions)
        let message = RendererProtocol.encode(RenderRequest(withoutPathsOf: job, limits: RenderLimits()))
        // The kernel's default room for one message is 212,992 bytes.
        #expect(message.count < 100_000)
        let request = try #require(RendererProtocol.request(from: message))
        #expect(request.renditions.count == Job.maximumRenditions)
        #expect(request.renditions[7].background == renditions[7].background)
    }

    @Test func `says all that the job says but its names`() throws {
        var rendition = Rendition(
            path: "secret/b.webp", format: .webp, width: 7, fit: .inside, position: .south,
            background: Colour(red: 1, green: 2, blue: 3, alpha: 0.1), withoutEnlargement: true, quality: 33)
        rendition.withoutReduction = true
        rendition.rotate = 270
        rendition.flip = true
        rendition.flop = true
        rendition.greyscale = true
        rendition.median = 5
        rendition.threshold = 1
        rendition.blur = .gaussian(sigma: 1.0 / 3)
        rendition.modulate = Modulation(brightness: 2, saturation: 3, hue: -4.5, lightness: 5)
        rendition.sharpen = Sharpening(sigma: 0.7, m1: 2, m2: 3, x1: 4, y2: 5, y3: 6)
        rendition.linear = LinearChange(a: -1, b: 0.1)
        rendition.negate = Negation(alpha: false)
        let job = Job(input: Input(path: "secret/a", autoOrient: false, failOn: .none), renditions: [rendition])
        let limits = RenderLimits(inputPixels: 5, outputDimension: 6)
        let message = RendererProtocol.encode(RenderRequest(withoutPathsOf: job, limits: limits))
        #expect(!String(decoding: message, as: UTF8.self).contains("secret"))
        var request = try #require(RendererProtocol.request(from: message))
        request.input.path = job.input.path
        request.renditions[0].path = rendition.path
        #expect(request == RenderRequest(input: job.input, renditions: job.renditions, limits: limits))
        for end in message.indices { #expect(RendererProtocol.request(from: Array(message[..<end])) == nil) }
    }
}
