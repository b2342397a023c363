import CVips
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// AVIF files, and what their encoder is told.
struct AVIFWriterTests {
    private let folder: ScratchFolder

    init() throws {
        try VipsLibrary.start()
        folder = try ScratchFolder()
    }

    private func picture(_ format: ImageFormat = .png, width: Int = 160, height: Int = 120) throws -> Raster {
        try SamplePicture.hills.write(width: width, height: height, format: format, to: folder.file("picture"))
        return try Raster(decoding: folder.file("picture")).standardised()
    }

    private func bytes(
        of image: Raster, threads: Int = 2, _ change: (inout AVIFOptions) -> Void = { _ in }
    ) throws -> [UInt8] {
        var writer = AVIFWriter(options: AVIFOptions(), threads: threads)
        change(&writer.options)
        return try writer.file(of: image.withoutMetadata(), withMetadata: false)
    }

    /// What libvips makes of a picture.
    private func bytesOfLibvips(_ image: Raster, quality: Int, _ subsampling: StaticString) throws -> [UInt8] {
        let saver = try Operation("heifsave_target")
        saver.set("in", try image.withoutMetadata())
        saver.set("compression", member: "av1")
        saver.set("Q", quality)
        saver.set("subsample_mode", member: subsampling)
        saver.set("bitdepth", 8)
        if saver.has("keep") { saver.set("keep", member: "none") } else { saver.set("strip", true) }
        return try saver.file()
    }

    private func decoded(_ bytes: [UInt8]) throws -> Raster {
        try Raster(decoding: folder.file("made", bytes))
    }

    @Test(arguments: [true, false])
    func `without hints a file is what libvips makes`(hasAlpha: Bool) throws {
        var image = try picture()
        if hasAlpha { image = try image.applying("bandjoin_const") { $0.set("c", [100.0]) } }
        #expect(image.hasAlpha == hasAlpha)
        let (fine, coarse) = try VipsLibrary.exclusively { _ throws(JobError) in
            // libvips 8.14 leaves the threads to libheif, which has four. Later it has libaom make more tiles for more threads.
            let threads = VipsLibrary.isAtLeast(8, 15) ? 1 : 4
            VipsLibrary.compute(with: threads)
            do {
                return try (
                    bytes(of: image, threads: threads) { $0.quality = 60 }
                        == bytesOfLibvips(image, quality: 60, "off"),
                    bytes(of: image, threads: threads) { ($0.quality, $0.chromaSubsampling) = (40, .quarter) }
                        == bytesOfLibvips(image, quality: 40, "on")
                )
            } catch {
                throw JobError(.renderFailed, "\(error)")
            }
        }
        #expect(fine && coarse)
    }

    @Test(arguments: [true, false])
    func `what is lossless has every sample`(hasAlpha: Bool) throws {
        var image = try picture()
        if hasAlpha { image = try image.applying("bandjoin_const") { $0.set("c", [100.0]) } }
        let made = try decoded(bytes(of: image) { $0.lossless = true })
        #expect(try made.samples() == image.samples())
    }

    /// Large enough for several tiles and many rows of blocks.
    @Test func `a file does not depend on the number of threads`() throws {
        let image = try picture(width: 1100, height: 900)
        let file = try bytes(of: image) { $0.effort = 3 }
        for threads in [3, 8] { #expect(try bytes(of: image, threads: threads) { $0.effort = 3 } == file) }
    }

    @Test func `white stays white with more bits`() throws {
        let image = try Picture(64, 48, [255, 128, 0]).raster
        for depth in [10, 12] {
            var options = AVIFOptions()
            (options.bitdepth, options.lossless) = (depth, true)
            guard Encoding.avif(options).writingSupport == .complete else { continue }
            let made = try decoded(AVIFWriter(options: options).file(of: image, withMetadata: false))
            #expect(try Picture(made.standardised())[20, 20] == [255, 128, 0], "\(depth) bits")
        }
    }

    @Test func `a photograph's small file is as good, and other pictures are searched as ever`() throws {
        func file(_ format: ImageFormat, effort: Int = 4) throws -> (bytes: [UInt8], plain: [UInt8]) {
            let source = try picture(format, width: 900, height: 700)
            var options = AVIFOptions()
            options.effort = effort
            var encoder = Encoder(.avif(options))
            encoder.isPhotograph = format == .jpeg
            let plain = Encoder(encoder.encoding)
            return try (encoder.bytes(of: source), plain.bytes(of: source))
        }
        let photograph = try file(.jpeg)
        #expect(photograph.bytes != photograph.plain)
        #expect(photograph.bytes.count < photograph.plain.count * 103 / 100)
        let source = try Picture(Raster(decoding: folder.file("picture")).standardised())
        let (quick, plain) = try (Picture(decoded(photograph.bytes)), Picture(decoded(photograph.plain)))
        #expect(quick.distance(from: source) > plain.distance(from: source) - 0.3)

        let drawing = try file(.png)
        #expect(drawing.bytes == drawing.plain)
        let patient = try file(.jpeg, effort: 5)
        #expect(patient.bytes == patient.plain)
    }

    @Test func `small pictures keep the smallest blocks`() {
        func hasSmallest(_ width: Int, _ height: Int) -> Bool {
            !EncoderHint.ofPhotograph(Size(width: width, height: height)).contains {
                $0.parameter == "aom:min-partition-size"
            }
        }
        #expect(hasSmallest(320, 240) && hasSmallest(511, 512))
        #expect(!hasSmallest(512, 512) && !hasSmallest(1280, 1024))
    }

    @Test func `EXIF, XMP, profile and turn are in the file`() throws {
        let image = try picture(.png).applying("copy") {
            $0.set("xres", 4.0)
            $0.set("yres", 4.0)
        }
        unsafe vips_image_set_string(image.pointer, "exif-ifd0-Copyright", "Ada")
        image.setField("orientation", 6)
        let profile = try Operation("profile_load")
        profile.set("name", named: "srgb")
        try profile.run()
        profile.giveBlob("profile", to: image, as: "icc-profile-data")
        image.setBlob("xmp-data", Array("<x:xmpmeta>bird</x:xmpmeta>".utf8))
        let made = try decoded(AVIFWriter(options: AVIFOptions()).file(of: image, withMetadata: true))
        #expect(made.size == Size(width: 120, height: 160))
        #expect(made.text("exif-ifd0-Copyright")?.hasPrefix("Ada") == true)
        #expect(
            made.blob("xmp-data", upTo: 100).map { String(decoding: $0, as: UTF8.self) }
                == "<x:xmpmeta>bird</x:xmpmeta>")
        #expect(
            made.text("exif-ifd0-XResolution")?.hasPrefix("101") == true, "\(made.text("exif-ifd0-XResolution") ?? "")")

        let colours = try #require(made.blob("icc-profile-data", upTo: 1 << 20))
        #expect(colours == image.blob("icc-profile-data", upTo: 1 << 20))

        let bare = try decoded(AVIFWriter(options: AVIFOptions()).file(of: image, withMetadata: false))
        #expect(!bare.hasField("exif-data") && !bare.hasField("xmp-data"))
        #expect(!bare.hasField("icc-profile-data"))
    }
}
