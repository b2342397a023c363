import Testing

@testable import SpoolImaging

struct CascadeTests {
    private let stored = Size(width: 1000, height: 800)

    private func image(alpha: Bool = false) throws -> Raster {
        try VipsLibrary.start()
        return try Picture(1000, 800, alpha ? [1, 2, 3, 128] : [1, 2, 3]).raster
    }

    private func sizes(_ widths: Int...) -> [Size] { widths.map { Size(width: $0, height: $0 * 4 / 5) } }

    @Test func `renditions of one size share the resized image`() throws {
        let sizes = sizes(500, 500, 300)
        let cascade = try Cascade(image(), sizes: sizes, stored: stored)
        let first = try cascade.scaled(to: sizes[0])
        #expect(try cascade.scaled(to: sizes[1]) === first)
        #expect(try cascade.scaled(to: sizes[2]).size == sizes[2])
    }

    @Test func `the whole source is not resized at all`() throws {
        let cascade = try Cascade(image(), sizes: [stored, stored], stored: stored)
        #expect(try cascade.scaled(to: stored) === cascade.scaled(to: stored))
    }

    @Test(arguments: [(true, 500, true), (true, 1000, false), (false, 500, false)])
    func `colours are premultiplied only if there is alpha and pixels are mixed`(
        _ alpha: Bool, width: Int, expected: Bool
    ) throws {
        let cascade = try Cascade(image(alpha: alpha), sizes: sizes(width), stored: stored)
        #expect(cascade.isPremultiplied == expected)
    }
}
