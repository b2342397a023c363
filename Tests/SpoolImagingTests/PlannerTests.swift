import SpoolInspection
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

extension PixelsPlan {
    /// Of renditions that use the whole source.
    init(of format: SourceFormat, stored: Size, sizes: [Size]) {
        self.init(
            of: format, stored: stored,
            needs: sizes.map { Need(scaled: $0, version: Version(area: Box(all: stored))) })
    }
}

/// What is made of what.
struct PlannerTests {
    private func size(_ width: Int) -> Size { Size(width: width, height: width * 3 / 4) }

    @Test func `pixels come from the smallest image that has twice the sides`() {
        let plan = PixelsPlan(
            of: .png, stored: size(4000), sizes: [size(100), size(1600), size(800), size(100), size(3000)])
        #expect(plan.strands[0].resizes.map(\.size) == [size(3000), size(1600), size(800), size(100)])
        #expect(plan.strands[0].resizes.map(\.origin) == [nil, nil, 1, 2])
        #expect(plan.strands[0].resizes.map(\.isShared) == [true, true, true, true])
        #expect(
            PixelsPlan(of: .png, stored: size(4000), sizes: [size(100)]).strands[0].resizes.map(\.isShared) == [false])
    }

    @Test func `brightness of one size is resized once`() {
        let plan = PlanesPlan(
            factor: 2, orientation: .upright,
            needs: [
                PlanesPlan.Need(scaled: size(400), planar: nil),
                PlanesPlan.Need(scaled: size(1600), planar: .quarter),
                PlanesPlan.Need(scaled: size(400), planar: .quarter),
            ])
        #expect(plan.resizes.map(\.luma) == [.source, .resized(0), .same(1)])
        // Pixels want colour as fine as brightness, which planes of twice the size do not have to spare.
        #expect(plan.resizes.map(\.chroma) == [.source, .source, .resized(0)])
        #expect(plan.resizes.map(\.lastUse) == [2, 2, 2])
        #expect(plan.renditions.map(\.resize) == [1, 0, 2])
    }

    @Test func `nothing is made of a part of the picture`() {
        let part = Box(left: 10, top: 10, size: size(300))
        let plan = PlanesPlan(
            factor: 1, orientation: .upright,
            needs: [
                PlanesPlan.Need(scaled: size(1600), crop: part, planar: .quarter),
                PlanesPlan.Need(scaled: size(100), planar: .quarter),
            ])
        #expect(plan.resizes.map(\.luma) == [.source, .source])
    }

    /// No plan names an image that has been let go of, or that is not made yet.
    @Test func `a plan can be carried out in its order`() {
        var seed: UInt64 = 1
        func random(_ range: ClosedRange<Int>) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return range.lowerBound + Int(seed >> 33) % (range.upperBound - range.lowerBound + 1)
        }
        for _ in 0..<500 {
            let needs = (0..<random(1...12)).map { _ in
                let scaled = size(random(1...40) * 50)
                let crop = random(0...3) == 0 ? Box(left: 0, top: 0, size: size(20)) : nil
                return PlanesPlan.Need(scaled: scaled, crop: crop, planar: [nil, .quarter, .full][random(0...2)])
            }
            let plan = PlanesPlan(factor: 1, orientation: .upright, needs: needs)
            #expect(plan.renditions.count == needs.count)
            for (number, resize) in plan.resizes.enumerated() {
                #expect(resize.lastUse >= number)
                for origin in [resize.luma, resize.chroma] {
                    guard case .resized(let earlier) = origin else { continue }
                    #expect(earlier < number && plan.resizes[earlier].lastUse >= number)
                    #expect(plan.resizes[earlier].crop == nil)
                    #expect(plan.resizes[earlier].scaled.coversTwice(resize.scaled))
                }
                if case .same(let twin) = resize.luma { #expect(plan.resizes[twin].lastUse >= number) }
            }
            for (need, target) in zip(needs, plan.renditions) {
                #expect(plan.resizes[target.resize].scaled == need.scaled)
                #expect(plan.resizes[target.resize].crop == need.crop)
            }
        }
    }
}
