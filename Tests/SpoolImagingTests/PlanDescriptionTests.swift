import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

@Suite struct `An explained plan` {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func explain(_ source: String, _ renditions: [Rendition]) throws -> ExplainReply {
        let request = RenderRequest(input: Input(path: "x"), renditions: renditions, limits: RenderLimits())
        let renderer = try Renderer()
        return try Descriptor(reading: source).with { renderer.explain(request, source: $0) }
    }

    private func plan(_ source: String, _ renditions: [Rendition]) throws -> PlanDescription {
        switch try explain(source, renditions) {
        case .explained(let plan): return plan
        case .failed(let error): throw error
        }
    }

    /// Sizes, fits, orientations and formats at random; in debug builds each pipeline also compares the bands.
    @Test func `has the sizes that the render has`() throws {
        var seed: UInt64 = 7
        func random(_ range: ClosedRange<Int>) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return range.lowerBound + Int(seed >> 33) % (range.upperBound - range.lowerBound + 1)
        }
        func side() -> Int? { random(0...3) == 0 ? nil : random(1...90) }
        var lanes: Set<PlanDescription.Lane> = []
        for round in 0..<200 {
            let bands = random(1...4)
            let source = folder.file("source")
            let format = [ImageFormat.jpeg, .png, .tiff, .webp][random(0...3)]
            let picture = Picture(random(1...120), random(1...120), bands: bands) { x, y in
                (0..<bands).map { UInt8((x * 3 + y * 5 + $0 * 40) % 256) }
            }
            try picture.write(format, orientation: random(1...8), to: source)
            let renditions = (0..<random(1...4)).map { index in
                let format = [ImageFormat.jpeg, .png, .tiff, .webp][random(0...3)]
                var rendition = Rendition(
                    path: "\(index)", format: format, width: side(), height: side(), fit: Fit.allCases[random(0...4)],
                    background: [.black, .transparent, Colour(red: 1, green: 2, blue: 3, alpha: 0.5)][random(0...2)],
                    withoutEnlargement: random(0...1) == 0)
                rendition.rotate = random(0...2) == 0 ? Double(random(-3600...3600)) / 10 : Double(random(-3...3) * 90)
                if random(0...3) == 0 { rendition.trim = Trim() }
                if random(0...3) == 0 { rendition.dpr = Double(random(5...20)) / 10 }
                if random(0...3) == 0 { rendition.gamma = 2 }
                if random(0...3) == 0 { rendition.kernel = .cubic }
                if random(0...3) == 0 { rendition.flatten = true }
                if random(0...3) == 0 { rendition.tint = Colour(red: 200, green: 20, blue: 20) }
                if random(0...3) == 0 { rendition.normalise = Normalisation() }
                if random(0...3) == 0 { rendition.removeAlpha = true }
                if random(0...3) == 0 {
                    var extend = Extension()
                    (extend.top, extend.left, extend.right) = (random(0...9), random(0...9), random(1...9))
                    extend.extendWith = ExtendMode.allCases[random(0...3)]
                    rendition.extend = extend
                }
                if random(0...3) == 0 {
                    rendition.extract = Area(left: 0, top: 0, width: random(1...60), height: random(1...60))
                }
                if random(0...5) == 0 {
                    rendition.extractAfter = Area(left: 0, top: 1, width: random(1...20), height: random(1...20))
                }
                rendition.flop = random(0...3) == 0
                rendition.greyscale = random(0...3) == 0
                return rendition
            }
            let plan: PlanDescription
            switch try explain(source, renditions) {
            case .explained(let description): plan = description
            case .failed(let error):
                // An area outside the image is refused in the same words.
                #expect(try render(source, renditions, in: folder).failure() == error)
                continue
            }
            lanes.insert(plan.lane)
            let job = try render(source, renditions, in: folder).rendered()
            #expect(plan.renditions.map(\.width) == job.renditions.map(\.width), "round \(round)")
            #expect(plan.renditions.map(\.height) == job.renditions.map(\.height), "round \(round)")
            #expect(plan.source.bytes == job.input.bytes)
        }
        #expect(lanes == [.planes, .pixels])
    }

    @Test func `says what is made of what, and how`() throws {
        try SamplePicture.hills.write(width: 1600, height: 1200, format: .jpeg, to: folder.file("source"))
        var sharp = Rendition(path: "b", format: .webp, width: 100, height: 100)
        sharp.sharpen = Sharpening()
        let plan = try plan(folder.file("source"), [Rendition(path: "a", format: .jpeg, width: 400), sharp])
        #expect(plan.lane == .planes && plan.reason == nil)
        #expect(plan.decode == PlanDescription.Decode(loader: "SpoolJPEG", shrink: 4, width: 400, height: 300))
        #expect(plan.resizes.map(\.width) == [400, 133])
        #expect(plan.resizes.map(\.origin) == [nil, 0])
        #expect(plan.renditions[0].steps.isEmpty)
        #expect(plan.renditions[0].encoder == "JPEG, quality 80, from planes")
        #expect(plan.renditions[1].steps == ["crop to 100×100 at 17, 0", "convert planes to pixels", "sharpen mildly"])
        #expect(plan.renditions[1].encoder == "WebP, quality 80")
        // The file, the decoded planes at 4:2:0 and the resized ones.
        #expect(plan.memory > plan.source.bytes + 400 * 300 * 3 / 2)
    }

    @Test func `says why pixels are decoded`() throws {
        try SamplePicture.glass.write(width: 200, height: 100, format: .png, to: folder.file("source"))
        let small = Rendition(path: "a", format: .jpeg, width: 50)
        let plan = try plan(folder.file("source"), [small, Rendition(path: "b", format: .png)])
        #expect(plan.lane == .pixels && plan.reason?.contains("JPEG") == true)
        #expect(plan.resizes.map(\.width) == [50])
        #expect(plan.renditions.map(\.resize) == [0, nil])
        #expect(plan.renditions[0].steps == ["divide colours by alpha", "flatten on #000000ff"])
        // The source is kept twice: as it is, and with its colours multiplied by alpha; these also as planes, while they
        // are resized. And the larger PNG is encoded.
        let (own, quarter) = (Size(width: 200, height: 100), Size(width: 50, height: 25))
        let planes = BandResize.memory(own, to: quarter, bands: 4) + quarter.area * 4
        let pictures = 2 * own.area * 4
        #expect(plan.memory == pictures + planes + own.area * 7)
    }

    @Test func `is refused for what a render refuses before pixels`() throws {
        let text = try folder.file("text", Array("hello".utf8))
        guard case .failed(let error) = try explain(text, [Rendition(path: "a", format: .png)]) else {
            Issue.record("explained")
            return
        }
        #expect(error.code == .inputUnsupported)
    }
}
