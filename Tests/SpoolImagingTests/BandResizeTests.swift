import CVips
import SpoolJob
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// Pixels that zimg resizes, band by band.
struct BandResizeTests {
    init() throws { try VipsLibrary.start() }

    /// Smooth, with edges, and something else in each band.
    private func picture(_ width: Int, _ height: Int, bands: Int) throws -> Raster {
        try Picture(width, height, bands: bands) { x, y in
            (0..<bands).map { band in
                let wave = (x * (band + 1) / 3 + y) % 120
                return UInt8(40 + abs(wave - 60) * 2 + (x > width / 2 ? 40 : 0))
            }
        }.raster
    }

    @Test(
        arguments: [1, 2, 3, 4],
        [
            (Size(width: 403, height: 299), Size(width: 101, height: 77)),
            (Size(width: 64, height: 48), Size(width: 63, height: 1)),
            (Size(width: 33, height: 9), Size(width: 1, height: 9)),
            (Size(width: 500, height: 20), Size(width: 96, height: 20)),
        ])
    func `a picture is as libvips resizes it`(bands: Int, sizes: (source: Size, target: Size)) throws {
        let image = try picture(sizes.source.width, sizes.source.height, bands: bands)
        #expect(BandResize.suits(image.size, to: sizes.target, bands: bands, .lanczos3))
        let made = try Picture(BandResize(scaler: PlaneScaler()).resize(image, to: sizes.target))
        let expected = try Picture(image.resized(to: sizes.target))
        #expect((made.width, made.height, made.bands) == (sizes.target.width, sizes.target.height, bands))
        #expect(made.distance(from: expected) > 34, "\(made.distance(from: expected)) dB")
    }

    @Test(arguments: [1, 15, 16, 17, 35], [1, 2, 3, 4])
    func `splitting and joining change no sample`(width: Int, bands: Int) throws {
        let source = try Picture(picture(width, 1, bands: bands)).samples
        var planes = (0..<bands).map { _ in [UInt8](repeating: 0, count: width) }
        for band in 0..<bands { planes[band] = (0..<width).map { source[$0 * bands + band] } }
        let made = try Picture(
            BandResize(scaler: PlaneScaler()).resize(
                Picture(width, 3, bands: bands) { x, _ in (0..<bands).map { planes[$0][x] } }.raster,
                to: Size(width: width, height: 1)))
        #expect(made.samples == source)
    }

    @Test func `what stands beside the pixels stays there`() throws {
        let image = try picture(60, 40, bands: 4).applying("copy") {
            $0.set("xres", 5.0)
            $0.set("yres", 6.0)
        }
        image.setBlob("icc-profile-data", [1, 2, 3])
        image.setField("orientation", 6)
        let made = try BandResize(scaler: PlaneScaler()).resize(image, to: Size(width: 20, height: 10))
        #expect(made.resolution == (5, 6))
        #expect(made.blob("icc-profile-data", upTo: 10) == [1, 2, 3])
        #expect(made.field("orientation") == 6)
        #expect(made.interpretation == image.interpretation && made.hasAlpha)
    }

    @Test func `libvips does the rest`() {
        let large = Size(width: 6000, height: 5000)
        let small = Size(width: 600, height: 500)
        #expect(BandResize.suits(large, to: small, bands: 3, .lanczos3))
        // More than 96 MB.
        #expect(!BandResize.suits(large, to: small, bands: 4, .lanczos3))
        #expect(!BandResize.suits(large, to: small, bands: 3, .cubic))
        #expect(!BandResize.suits(large, to: small, bands: 5, .lanczos3))
        #expect(!BandResize.suits(small, to: large, bands: 3, .lanczos3))
        #expect(!BandResize.suits(small, to: Size(width: 601, height: 200), bands: 3, .lanczos3))
        #expect(!BandResize.suits(small, to: small, bands: 3, .lanczos3))
    }
}
