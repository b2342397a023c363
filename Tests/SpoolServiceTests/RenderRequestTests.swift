import SpoolCore
import SpoolJob
import SpoolSystem
import SpoolWire
import Testing

@testable import SpoolService

@Suite struct `A renderer's answer` {
    private let job = Job(input: Input(path: "a"), renditions: [Rendition(path: "b.png", format: .png)])

    private func answer(_ change: (inout RenderedJob) -> Void) throws -> RenderedJob {
        let digest = String(repeating: "0a", count: 32)
        let text = """
            {"input": {"format": "jpeg", "width": 1, "height": 1, "pages": 1, "bytes": 1, "sha256": "\(digest)"},
             "renditions": [{"width": 1, "height": 1, "bytes": 1, "sha256": "\(digest)", "milliseconds": 1,
                            "losses": ["alpha"]}]}
            """
        var answer = try RenderedJob(message: Array(text.utf8))
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
            { $0.renditions[0].quality = 101 }, { $0.renditions[0].placeholder = "a\u{1B}" },
            { $0.renditions[0].placeholder = String(repeating: "a", count: 2001) },
            { $0.renditions[0].losses = [.alpha, .alpha] }, { $0.renditions[0].dominantColour = "#12345G" },
            { $0.renditions[0].dominantColour = "" },
        ]
        for lie in lies { #expect(try flaw(lie) != nil) }
        func flawOfFailure(_ code: ErrorCode) -> String? {
            RenderReply.failed(JobError(code, "no")).flaw(for: job, limits: RenderLimits())
        }
        #expect(flawOfFailure(.inputCorrupt) == nil && flawOfFailure(ErrorCode(rawValue: "made_up")) != nil)
    }
}

/// A call as it arrives at a renderer.
private func arrived(
    _ call: RendererCall, overlays: Int = 0, outputs: Int
) throws -> (call: RendererCall, files: RendererFiles, budget: JobBudget) {
    let (supervisor, renderer) = try MessageSocket.pair()
    func file(_ content: String) throws -> OpenFile {
        let file = try OpenFile.inMemory("test")
        try file.write(Array(content.utf8))
        return file
    }
    try supervisor.send(
        call,
        RendererFiles(
            source: file("source"), overlays: (0..<overlays).map { try file("overlay \($0)") },
            outputs: (0..<outputs).map { try file("output \($0)") }),
        JobBudget(memory: 5, processorSeconds: 6, outputBytes: 7, threads: 8))
    return try #require(try renderer.receiveCall())
}

extension OpenFile {
    fileprivate var text: String { get throws { String(decoding: try read(upTo: 100), as: UTF8.self) } }
}

@Suite struct `A call to a renderer` {
    /// A message of the kernel's default room would be too small.
    @Test func `arrives whole with its files, also when it is larger than a message`() throws {
        let path = String(repeating: "d", count: 4000)
        let renditions = (0..<Job.maximumRenditions).map {
            Rendition(path: "\(path)\($0).jpg", format: .jpeg, width: 65_535, fit: .contain, quality: 100)
        }
        let request = RenderRequest(input: Input(path: path), renditions: renditions, limits: RenderLimits())
        let (call, files, budget) = try arrived(.render(request), outputs: renditions.count)
        #expect(call == .render(request))
        #expect(budget == JobBudget(memory: 5, processorSeconds: 6, outputBytes: 7, threads: 8))
        #expect(try files.source.text == "source")
        #expect(try files.outputs.map { try $0.text } == (0..<renditions.count).map { "output \($0)" })
    }

    @Test func `takes one file a rendition to render, and none to explain`() throws {
        let request = RenderRequest(
            input: Input(path: "a"), renditions: [Rendition(path: "b.png", format: .png)], limits: RenderLimits())
        #expect(try arrived(.explain(request), outputs: 0).call == .explain(request))
        let wrong = [
            (RendererCall.render(request), 0, 0), (.render(request), 0, 2), (.render(request), 1, 1),
            (.explain(request), 0, 1), (.explain(request), 1, 0),
        ]
        for (call, overlays, outputs) in wrong {
            #expect(throws: WireError.self) { try arrived(call, overlays: overlays, outputs: outputs) }
        }
    }

    @Test(arguments: [
        "{}", "[]", #"{"files": []}"#, #"{"files": ["source"]}"#, #"{"files": ["output 0"], "call": {"explain": {}}}"#,
        #"{"files": ["source "]}"#, #"{"files": ["output -1"]}"#,
    ])
    func `is not taken from any other message`(text: String) throws {
        let (supervisor, renderer) = try MessageSocket.pair()
        try supervisor.send(Array(text.utf8), files: [OpenFile.inMemory("test")])
        #expect(throws: WireError.self) { try renderer.receiveCall() }
    }

    @Test func `says all that the job says but its names`() throws {
        var rendition = Rendition(
            path: "secret/b.webp", format: .webp, width: 7, fit: .inside, position: .south,
            background: Colour(red: 1, green: 2, blue: 3, alpha: 0.1), withoutEnlargement: true)
        var options = WebPOptions()
        options.quality = 33
        options.lossless = true
        (options.timing.loop, options.timing.delay, options.mixed) = (3, [1, 2], true)
        rendition.encoding = .webp(options)
        rendition.withoutReduction = true
        rendition.flip = true
        rendition.flop = true
        rendition.rotate = 12.25
        rendition.dpr = 1.0 / 3
        rendition.kernel = .mitchell
        rendition.fastShrinkOnLoad = false
        rendition.position = .point(x: 0.1, y: 1.0 / 7)
        rendition.fit = .cover
        var trim = Trim()
        (trim.background, trim.threshold, trim.lineArt, trim.margin) = (.transparent, 0.3, true, 4)
        rendition.trim = trim
        rendition.extract = Area(left: 1, top: 2, width: 3, height: 4)
        rendition.extractAfter = Area(left: 5, top: 6, width: 7, height: 8)
        (rendition.gamma, rendition.gammaOut) = (2.2, 1.5)
        rendition.flatten = true
        var extend = Extension()
        (extend.top, extend.left, extend.bottom, extend.right, extend.extendWith) = (1, 2, 3, 4, .mirror)
        rendition.extend = extend
        var normalise = Normalisation()
        (normalise.lower, normalise.upper) = (3, 97)
        rendition.normalise = normalise
        rendition.clahe = LocalEqualisation(width: 9, height: 8, maxSlope: 7)
        rendition.tint = Colour(red: 1, green: 2, blue: 3)
        rendition.removeAlpha = true
        var overlay = Overlay(input: "secret/o")
        (overlay.blend, overlay.gravity, overlay.tile) = (.colourBurn, .south, true)
        (overlay.left, overlay.top, overlay.opacity, overlay.scale) = (-7, 8, 0.3, 1.0 / 3)
        rendition.composite = [overlay, Overlay(input: "secret/p"), overlay]
        rendition.keep = [.exif, .copyright]
        rendition.withoutGps = false
        rendition.overwrite = false
        rendition.colourspace = .p3
        rendition.density = 299.5
        rendition.maxBytes = 9
        rendition.ifLarger = .copy
        rendition.forbidLoss = [.alpha, .gps]
        (rendition.placeholder, rendition.dominantColour) = (.blurhash, true)
        rendition.greyscale = true
        rendition.median = 5
        rendition.threshold = 1
        rendition.blur = .gaussian(sigma: 1.0 / 3)
        rendition.modulate = Modulation(brightness: 2, saturation: 3, hue: -4.5, lightness: 5)
        rendition.sharpen = Sharpening(sigma: 0.7, m1: 2, m2: 3, x1: 4, y2: 5, y3: 6)
        rendition.linear = LinearChange(a: -1, b: 0.1)
        rendition.negate = Negation(alpha: false)
        var job = Job(input: Input(path: "secret/a", autoOrient: false, failOn: .none), renditions: [rendition])
        job.input.page = 4
        job.input.pages = 5
        job.input.ignoreIcc = true
        job.input.density = 300
        job.input.sha256 = String(repeating: "0a", count: 32)
        let limits = RenderLimits(
            inputPixels: 5, inputPages: 7, inputScans: 8, inputMetadataBytes: 9, outputDimension: 6, outputPixels: 10,
            avifPixels: 11)
        var request = RenderRequest(withoutPathsOf: job, limits: limits)
        #expect(!"\(request)".contains("secret"))
        guard case .render(let arrived) = try arrived(.render(request), overlays: 2, outputs: 1).call else {
            Issue.record("another call arrived")
            return
        }
        #expect(arrived == request)
        #expect(arrived.renditions[0].composite.map(\.input) == ["0", "1", "0"])
        request.renditions[0].composite = rendition.composite
        request.input.path = job.input.path
        request.renditions[0].path = rendition.path
        #expect(request == RenderRequest(input: job.input, renditions: job.renditions, limits: limits))
    }
}
