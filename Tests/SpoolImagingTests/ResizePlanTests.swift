import SpoolJob
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// Sizes as sharp documents and tests them, most for a source of 2725 × 2225.
struct ResizePlanTests {
    struct Case: CustomTestStringConvertible {
        var fit: Fit
        var box: (Int?, Int?)
        var withoutEnlargement = false
        var withoutReduction = false
        var source = (2725, 2225)
        var expected: (Int, Int)

        var testDescription: String {
            "\(fit) \(box) of \(source), \(withoutEnlargement) \(withoutReduction) is \(expected)"
        }
    }

    static let cases: [Case] = [
        Case(fit: .cover, box: (320, 240), expected: (320, 240)),
        Case(fit: .cover, box: (320, nil), expected: (320, 261)),
        Case(fit: .cover, box: (nil, 320), expected: (392, 320)),
        Case(fit: .cover, box: (nil, nil), expected: (2725, 2225)),
        Case(fit: .cover, box: (3000, nil), expected: (3000, 2450)),
        Case(fit: .cover, box: (2800, nil), expected: (2800, 2286)),
        Case(fit: .cover, box: (nil, 2300), expected: (2817, 2300)),
        Case(fit: .cover, box: (2800, nil), withoutEnlargement: true, expected: (2725, 2225)),
        Case(fit: .cover, box: (nil, 2300), withoutEnlargement: true, expected: (2725, 2225)),
        Case(fit: .cover, box: (3000, 1000), withoutEnlargement: true, expected: (2725, 1000)),
        Case(fit: .cover, box: (1500, 2226), withoutEnlargement: true, expected: (1500, 2225)),
        Case(fit: .cover, box: (3000, 1000), withoutReduction: true, expected: (3000, 1000)),
        Case(fit: .cover, box: (1500, 2226), withoutReduction: true, expected: (1500, 2226)),
        Case(fit: .cover, box: (2800, nil), withoutReduction: true, expected: (2800, 2286)),
        Case(fit: .inside, box: (320, 320), withoutReduction: true, expected: (2725, 2225)),
        Case(fit: .outside, box: (3000, 1000), withoutReduction: true, expected: (3000, 2450)),
        Case(fit: .fill, box: (3000, 320), withoutReduction: true, expected: (3000, 2225)),
        Case(fit: .contain, box: (320, 240), expected: (320, 240)),
        Case(fit: .contain, box: (3000, 3000), withoutEnlargement: true, expected: (3000, 3000)),
        Case(fit: .contain, box: (50, 50), source: (200, 1), expected: (50, 50)),
        Case(fit: .inside, box: (320, 320), expected: (320, 261)),
        Case(fit: .inside, box: (320, nil), expected: (320, 261)),
        Case(fit: .inside, box: (320, 320), source: (2464, 3248), expected: (243, 320)),
        Case(fit: .inside, box: (3000, 3000), withoutEnlargement: true, expected: (2725, 2225)),
        Case(fit: .outside, box: (320, 320), expected: (392, 320)),
        Case(fit: .outside, box: (320, 320), source: (2464, 3248), expected: (320, 422)),
        Case(fit: .fill, box: (320, 320), expected: (320, 320)),
        Case(fit: .fill, box: (320, nil), expected: (320, 2225)),
        Case(fit: .fill, box: (nil, 320), expected: (2725, 320)),
        Case(fit: .fill, box: (3000, 320), expected: (3000, 320)),
        Case(fit: .fill, box: (3000, 320), withoutEnlargement: true, expected: (2725, 320)),
        Case(fit: .cover, box: (2, nil), source: (10, 2), expected: (2, 1)),
        Case(fit: .cover, box: (nil, 2), source: (2, 10), expected: (1, 2)),
        Case(fit: .cover, box: (1, nil), source: (2, 1000), expected: (1, 500)),
        Case(fit: .cover, box: (500, nil), source: (1000, 667), expected: (500, 334)),
    ]

    @Test(arguments: cases)
    func `the output has the size that sharp gives it`(_ example: Case) {
        var rendition = Rendition(
            path: "x.png", format: .png, width: example.box.0, height: example.box.1, fit: example.fit,
            withoutEnlargement: example.withoutEnlargement)
        rendition.withoutReduction = example.withoutReduction
        let source = Size(width: example.source.0, height: example.source.1)
        let plan = ResizePlan(stored: source, orientation: .upright, rendition: rendition)
        #expect(plan.output == Size(width: example.expected.0, height: example.expected.1))

        // Lying on its side, the same picture must come out in the same size.
        let turned = ResizePlan(stored: source.transposed, orientation: .leftSideUp, rendition: rendition)
        #expect(turned.output == plan.output)
        #expect(turned.scaled == plan.scaled.transposed)
        #expect(turned.placement == plan.placement)
    }

    @Test(arguments: [
        (Position.centre, 51, 0), (.north, 51, 0), (.northeast, 101, 0), (.east, 101, 0), (.southeast, 101, 0),
        (.south, 51, 0), (.southwest, 0, 0), (.west, 0, 0), (.northwest, 0, 0),
    ])
    func `cover cuts what does not fit, the odd pixel from the left`(_ position: Position, left: Int, top: Int) {
        let rendition = Rendition(path: "x.png", format: .png, width: 100, height: 100, position: position)
        let plan = ResizePlan(stored: Size(width: 402, height: 200), orientation: .upright, rendition: rendition)
        #expect(plan.scaled == Size(width: 201, height: 100))
        #expect(plan.placement == .crop(left: left, top: top))
    }

    @Test(arguments: [
        (Position.centre, 24), (.north, 0), (.northeast, 0), (.east, 24), (.southeast, 49), (.south, 49),
        (.southwest, 49), (.west, 24), (.northwest, 0), (.entropy, 24), (.attention, 24),
    ])
    func `contain places the image, the odd pixel at the bottom`(_ position: Position, top: Int) {
        let rendition = Rendition(
            path: "x.png", format: .png, width: 100, height: 100, fit: .contain, position: position)
        let plan = ResizePlan(stored: Size(width: 200, height: 102), orientation: .upright, rendition: rendition)
        #expect(plan.scaled == Size(width: 100, height: 51))
        #expect(plan.placement == .embed(left: 0, top: top))
    }

    @Test func `a size that fits already is neither cut nor placed`() {
        for fit in Fit.allCases {
            let rendition = Rendition(path: "x.png", format: .png, width: 20, height: 10, fit: fit)
            let plan = ResizePlan(stored: Size(width: 40, height: 20), orientation: .upright, rendition: rendition)
            #expect(plan.placement == .asIs)
        }
    }
}
