import SpoolInspection
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

struct CascadeTests {
    private let stored = Size(width: 1000, height: 800)

    private func image(alpha: Bool = false) throws -> Raster {
        try VipsLibrary.start()
        return try Picture(1000, 800, alpha ? [1, 2, 3, 128] : [1, 2, 3]).raster
    }

    private func sizes(_ widths: Int...) -> [Size] { widths.map { Size(width: $0, height: $0 * 4 / 5) } }

    private func cascade(_ image: Raster, _ sizes: [Size]) throws -> Cascade {
        try Cascade(image, PixelsPlan(of: .png, stored: stored, sizes: sizes).strands[0], stored: stored, nil)
    }

    @Test func `renditions of one size share the resized image`() throws {
        let sizes = sizes(500, 500, 300)
        let cascade = try cascade(image(), sizes)
        let first = try cascade.scaled(to: sizes[0])
        #expect(try cascade.scaled(to: sizes[1]) === first)
        #expect(try cascade.scaled(to: sizes[2]).size == sizes[2])
    }

    /// Rows of 8192 bytes are made narrower first by an old libvips.
    @Test(arguments: [Kernel.lanczos3, .linear])
    func `an image is resized alike whatever its rows are long`(_ kernel: Kernel) throws {
        try VipsLibrary.start()
        let image = try Picture(2048, 96, bands: 4) { x, y in
            // Far from the ends of the range, where the order of the two directions counts.
            [
                UInt8(60 + abs(x % 200 - 100)), UInt8(60 + abs((x + y) % 120 - 60)), UInt8(80 + y % 90),
                UInt8(150 + x % 50),
            ]
        }.raster
        let made = try Picture(image.resized(to: Size(width: 720, height: 33), by: kernel))
        let whole = try Picture(
            image.applying("resize") {
                $0.set("scale", 720.0 / 2048)
                $0.set("vscale", 33.0 / 96)
                if kernel == .linear { $0.set("kernel", member: "linear") }
            })
        #expect((made.width, made.height) == (720, 33))
        #expect(zip(made.samples, whole.samples).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
    }

    @Test func `the whole source is not resized at all`() throws {
        let cascade = try cascade(image(), [stored, stored])
        #expect(try cascade.scaled(to: stored) === cascade.scaled(to: stored))
    }

    @Test(arguments: [(true, 500, true), (true, 1000, false), (false, 500, false)])
    func `colours are premultiplied only if there is alpha and pixels are mixed`(
        _ alpha: Bool, width: Int, expected: Bool
    ) throws {
        let sizes = sizes(width)
        let cascade = try cascade(image(alpha: alpha), sizes)
        // Half of 2 is 1.
        #expect(try Picture(cascade.scaled(to: sizes[0]))[5, 5][1] == (expected ? 1 : 2))
    }

    @Test func `a whole source with alpha is the same alone and beside smaller ones`() throws {
        let sizes = [stored] + sizes(500, 100)
        let cascade = try cascade(image(alpha: true), sizes)
        #expect(try Picture(cascade.scaled(to: stored))[5, 5] == [1, 2, 3, 128])
        #expect(try Picture(cascade.scaled(to: sizes[1]))[5, 5][1] == 1)
    }

    @Test func `colours are rounded, not cut off, when they are multiplied by alpha and back`() throws {
        try VipsLibrary.start()
        let colour: [UInt8] = [255, 200, 129, 200]
        let there = try Picture(8, 8, colour).raster.premultiplied()
        // 156.9 and 101.2
        #expect(try Picture(there)[1, 1] == [200, 157, 101, 200])
        // 200.2 and 128.8
        #expect(try Picture(there.unpremultiplied())[1, 1] == [255, 200, 129, 200])
    }

    /// Every colour with every alpha, against the exact value.
    @Test(arguments: [2, 4])
    func `alpha is multiplied and divided to the nearest value`(_ bands: Int) throws {
        try VipsLibrary.start()
        let all = Picture(256, 256, bands: bands) { x, y in Array(repeating: UInt8(x), count: bands - 1) + [UInt8(y)] }
        let (there, back) = try (Picture(all.raster.premultiplied()), Picture(all.raster.unpremultiplied()))
        for alpha in 0..<256 {
            for colour in 0..<256 {
                let product = Int((Double(colour * alpha) / 255).rounded())
                let quotient = alpha == 0 ? 0 : min(255, Int((Double(colour * 255) / Double(alpha)).rounded()))
                #expect(
                    there[colour, alpha].dropLast().allSatisfy { $0 == product }
                        && there[colour, alpha].last == all[colour, alpha].last)
                #expect(back[colour, alpha].dropLast().allSatisfy { $0 == quotient })
            }
        }
    }
}
