import SpoolInspection
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

struct ReductionTests {
    private static let stored = Size(width: 2725, height: 2225)

    @Test(arguments: [
        (1362, Reduction.whole(2)), (1363, .none), (720, .whole(2)), (681, .whole(4)), (682, .whole(2)),
        (340, .whole(8)), (341, .whole(4)), (10, .whole(8)), (4000, .none),
    ])
    func `a JPEG is decoded smaller as soon as nothing has to be enlarged`(_ width: Int, expected: Reduction) {
        let needed = Size(width: width, height: 1)
        #expect(Reduction(of: .jpeg, stored: Self.stored, needed: [needed]) == expected)
    }

    @Test func `a reader delivers whole pixels, or one for what is left`() {
        #expect(Reduction.whole(2).size(of: Self.stored, by: .libvips) == Size(width: 1362, height: 1112))
        #expect(Reduction.whole(2).size(of: Self.stored, by: .turboJPEG) == Size(width: 1363, height: 1113))
    }

    @Test(arguments: [(1, Reduction.none), (2, .whole(2)), (7, .whole(4)), (8, .whole(8))])
    func `a side of a JPEG is not reduced to nothing`(_ height: Int, expected: Reduction) {
        let needed = [Size(width: 8, height: 1)]
        #expect(Reduction(of: .jpeg, stored: Size(width: 64, height: height), needed: needed) == expected)
    }

    @Test func `the largest rendition decides, on each axis`() {
        let needed = [Size(width: 100, height: 1200), Size(width: 300, height: 10)]
        #expect(Reduction(of: .jpeg, stored: Self.stored, needed: needed) == .none)
    }

    @Test func `WebP is scaled by the factor that is needed`() {
        let stored = Size(width: 1000, height: 500)
        #expect(Reduction(of: .webp, stored: stored, needed: [Size(width: 250, height: 125)]) == .scale(0.25))
        #expect(Reduction(of: .webp, stored: stored, needed: [Size(width: 250, height: 500)]) == .none)
        #expect(Reduction(of: .webp, stored: stored, needed: [Size(width: 2000, height: 1000)]) == .none)
    }

    @Test(arguments: [SourceFormat.png, .gif, .tiff, .heic, .avif, .svg, .pdf, .jxl, .jp2])
    func `other formats are decoded in full`(_ format: SourceFormat) {
        #expect(Reduction(of: format, stored: Self.stored, needed: [Size(width: 1, height: 1)]) == .none)
    }
}
