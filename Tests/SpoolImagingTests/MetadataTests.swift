import CVips
import Foundation
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

/// What a rendition keeps of its source beside the pixels.
struct MetadataTests {
    private let folder: ScratchFolder

    init() throws {
        try VipsLibrary.start()
        folder = try ScratchFolder()
    }

    /// A source with everything, on its side.
    private func writeSource(_ format: ImageFormat = .jpeg) throws {
        let image = try Picture(64, 40, [200, 60, 40]).raster.applying("icc_transform") {
            $0.set("output_profile", named: "p3")
        }
        for (name, value) in [
            ("exif-ifd0-Copyright", "Ada"), ("exif-ifd0-Artist", "Bea"), ("exif-ifd0-Model", "Box"),
            ("exif-ifd3-GPSLatitude", "48/1 8/1 0/1"), ("exif-ifd3-GPSLatitudeRef", "N"),
        ] {
            unsafe vips_image_set_string(image.pointer, name, value)
        }
        image.setField("orientation", 6)
        for name in ["xmp-data", "iptc-data", "jpeg-thumbnail-data"] {
            let bytes =
                name == "iptc-data"
                ? Array("Photoshop 3.0".utf8) + [0, 0x1C, 2, 5, 0, 4] + Array("bird".utf8)
                : Array("<x>\(name)</x>".utf8)
            unsafe vips_image_set_blob_copy(image.pointer, name, bytes, bytes.count)
        }
        try image.write(format, to: folder.file("source"))
    }

    /// The header of a rendition that is changed like this.
    private func header(_ format: ImageFormat = .jpeg, _ change: (inout Rendition) -> Void) throws -> Raster {
        var rendition = Rendition(path: "x", format: format, width: 20)
        change(&rendition)
        _ = try render(folder.file("source"), [rendition], in: folder).rendered()
        return try Raster(decoding: folder.file("x"))
    }

    @Test func `nothing is kept unless it is asked for`() throws {
        try writeSource()
        for format in [ImageFormat.jpeg, .png, .webp, .tiff] {
            let names = try header(format) { _ in }.fieldNames
            for name in ["exif-data", "xmp-data", "iptc-data", "icc-profile-data", "jpeg-thumbnail-data"] {
                #expect(!names.contains(name), "\(format) has \(name)")
            }
        }
    }

    @Test(arguments: [(true, 1), (false, 6)])
    func `EXIF says how the pixels are still to be turned`(autoOrient: Bool, expected: Int) throws {
        try writeSource()
        var rendition = Rendition(path: "x", format: .jpeg, width: 20)
        rendition.keep = [.exif]
        _ = try render(folder.file("source"), [rendition], in: folder, autoOrient: autoOrient).rendered()
        #expect(try Raster(decoding: folder.file("x")).field("orientation") == expected)
    }

    @Test(arguments: [ImageFormat.gif, .jp2], [ColourSpace.keep, .p3])
    func `a format without profiles has sRGB, and says what is lost`(format: ImageFormat, space: ColourSpace) throws {
        try writeSource()
        var rendition = Rendition(path: "x", format: format, width: 20)
        rendition.colourspace = space
        let job = try render(folder.file("source"), [rendition], in: folder).rendered()
        #expect(Set(job.renditions[0].losses).isSuperset(of: [.gamut, .icc]))
        let picture = try Picture(folder.file("x"))
        let colour = Array(picture[5, 5].prefix(3))
        #expect(zip(colour, [200, 60, 40]).allSatisfy { abs(Int($0) - $1) < 8 }, "\(colour)")
    }

    /// Whichever way it goes: with another kernel, libvips has all of it.
    @Test(arguments: [Kernel.lanczos3, .cubic]) func `a PNG has its source's density`(kernel: Kernel) throws {
        let image = try Picture(64, 40, [200, 60, 40]).raster.applying("copy") {
            $0.set("xres", 12.0)
            $0.set("yres", 12.0)
        }
        var encoder = Encoder(.jpeg(JPEGOptions()))
        encoder.keepsMetadata = true
        try Descriptor(creating: folder.file("source")).with { try encoder.write(image, to: OutputFile($0)) }
        let resolution = try header(.png) { $0.kernel = kernel }.resolution
        #expect(abs(resolution.across - 12) < 0.1 && abs(resolution.down - 12) < 0.1, "\(resolution)")
    }

    @Test func `a TIFF with a predictor for fractions is refused`() throws {
        try writeSource()
        var options = TIFFOptions()
        options.predictor = .float
        var rendition = Rendition(path: "x", format: .tiff, width: 20)
        rendition.encoding = .tiff(options)
        let error = try render(folder.file("source"), [rendition], in: folder).failure()
        #expect(error.code == .optionUnsupported && error.message.contains("predictor float"), "\(error.message)")
    }

    @Test func `EXIF is kept without position, orientation and thumbnail`() throws {
        try writeSource()
        let image = try header { $0.keep = [.exif] }
        #expect(image.text("exif-ifd0-Model")?.hasPrefix("Box") == true)
        #expect(image.text("exif-ifd0-Copyright")?.hasPrefix("Ada") == true)
        #expect(image.field("orientation") ?? 1 == 1)
        #expect(image.size == Size(width: 20, height: 32))
        for name in ["exif-ifd3-GPSLatitude", "xmp-data", "iptc-data", "icc-profile-data", "jpeg-thumbnail-data"] {
            #expect(!image.hasField(name), "\(name)")
        }
        let place = try header { ($0.keep, $0.withoutGps) = ([.exif], false) }
        #expect(place.text("exif-ifd3-GPSLatitude")?.hasPrefix("48/1") == true)
    }

    @Test func `copyright and credit are kept without the rest of EXIF`() throws {
        try writeSource()
        let image = try header { $0.keep = [.copyright] }
        #expect(image.text("exif-ifd0-Copyright")?.hasPrefix("Ada") == true)
        for name in ["exif-ifd0-Artist", "exif-ifd0-Model", "exif-ifd3-GPSLatitude"] {
            #expect(!image.hasField(name), "\(name)")
        }
        let both = try header { $0.keep = [.copyright, .credit] }
        #expect(both.text("exif-ifd0-Artist")?.hasPrefix("Bea") == true && !both.hasField("exif-ifd0-Model"))
    }

    @Test func `XMP, IPTC and a profile are kept where the format has room`() throws {
        try writeSource()
        let image = try header { $0.keep = [.xmp, .iptc, .icc] }
        #expect(image.hasField("xmp-data") && image.hasField("iptc-data") && !image.hasField("exif-ifd0-Model"))
        // The pixels are sRGB, so the profile is.
        let profile = try #require(image.blob("icc-profile-data", upTo: 1 << 22))
        #expect(ColourProfile(profile).isSRGB)
        for format in [ImageFormat.png, .webp, .tiff] {
            let image = try header(format) { $0.keep = [.all] }
            #expect(image.hasField("xmp-data") && image.hasField("icc-profile-data"), "\(format)")
        }
        #expect(try header(.webp) { $0.keep = [.all] }.hasField("exif-ifd0-Model"))
    }

    @Test func `what is not kept is named as lost`() throws {
        try writeSource()
        var rendition = Rendition(path: "x", format: .jpeg, width: 20)
        func losses() throws -> Set<Loss> {
            Set(try render(folder.file("source"), [rendition], in: folder).rendered().renditions[0].losses)
        }
        #expect(try losses().isSuperset(of: [.gamut, .icc, .exif, .gps, .xmp, .iptc]))
        rendition.keep = [.all]
        #expect(try losses() == [.gamut, .gps])
        rendition.withoutGps = false
        #expect(try losses() == [.gamut])
    }

    @Test(arguments: ImageFormat.allCases)
    func `metadata is in the file or named as lost, whatever the format has room for`(_ format: ImageFormat) throws {
        try writeSource()
        var rendition = Rendition(path: "x", format: format, width: 20)
        (rendition.keep, rendition.withoutGps) = ([.all], false)
        let job = try render(folder.file("source"), [rendition], in: folder).rendered()
        let (file, image) = (try folder.bytes("x"), try Raster(decoding: folder.file("x")))
        var expected: Set<Loss> = []
        for (loss, field, text) in [
            (Loss.exif, "exif-ifd0-Model", "Box"), (.xmp, "xmp-data", "<x>xmp-data</x>"),
            (.iptc, "iptc-data", "bird"), (.icc, "icc-profile-data", "a profile is not looked for"),
        ] {
            // Not every reader sees what the writer wrote.
            let isThere = image.hasField(field) || file.firstRange(of: Array(text.utf8)) != nil
            if !isThere { expected.insert(loss) }
        }
        if expected.contains(.exif) { expected.insert(.gps) }
        #expect(Set(job.renditions[0].losses).subtracting([.gamut]) == expected)
    }

    @Test func `a gain map is named as lost, and the loss can be forbidden`() throws {
        try Picture(64, 40, [200, 60, 40]).write(.jpeg, to: folder.file("plain"))
        let plain = try folder.bytes("plain")
        let segment = Array("urn:iso:std:iso:ts:21496:-1\0\0\0\0\0".utf8)
        let file = plain[..<2] + [0xFF, 0xE2, 0, UInt8(segment.count + 2)] + segment + plain[2...]
        try Data(file).write(to: URL(filePath: folder.file("source")))
        var rendition = Rendition(path: "x", format: .jpeg, width: 20)
        func losses(_ name: String) throws -> Set<Loss> {
            Set(try render(folder.file(name), [rendition], in: folder).rendered().renditions[0].losses)
        }
        #expect(try losses("source").subtracting(losses("plain")) == [.gainMap])
        rendition.forbidLoss = [.gainMap]
        let error = try render(folder.file("source"), [rendition], in: folder).failure()
        #expect(error.code == .lossForbidden && error.message.contains("gainMap"), "\(error.message)")
    }

    @Test func `a source without metadata has none to keep`() throws {
        try Picture(64, 40, [200, 60, 40]).write(to: folder.file("source"))
        let image = try header(.png) { $0.keep = [.exif, .xmp, .iptc] }
        #expect(!image.hasField("xmp-data") && image.text("exif-ifd0-Model") == nil)
        #expect(try header(.png) { $0.keep = [.icc] }.hasField("icc-profile-data"))
    }

    @Test func `a wide colour keeps its numbers with its profile, or gets those of P3`() throws {
        try writeSource(.png)
        let stored = try Picture(folder.file("source"))[5, 5]
        let kept = try header(.png) { $0.colourspace = .keep }
        #expect(kept.hasField("icc-profile-data"))
        #expect(try Picture(folder.file("x"))[5, 5] == stored)
        let wide = try header(.png) { $0.colourspace = .p3 }
        #expect(wide.hasField("icc-profile-data") && !wide.isSRGB)
        #expect(try Picture(folder.file("x")).distance(at: 5, 5, from: stored) <= 1)
        // sRGB's numbers become those that P3 has for the same colour.
        try Picture(64, 40, [200, 60, 40]).write(to: folder.file("source"))
        _ = try header(.png) { $0.colourspace = .p3 }
        #expect(try Picture(folder.file("x")).distance(at: 5, 5, from: stored) <= 1)
    }

    @Test func `renditions of one job may have colours of their own`() throws {
        try writeSource(.png)
        var wide = Rendition(path: "wide", format: .png, width: 20)
        wide.colourspace = .p3
        let plain = Rendition(path: "plain", format: .png, width: 20)
        _ = try render(folder.file("source"), [wide, plain], in: folder).rendered()
        let (first, second) = try (Picture(folder.file("wide"))[5, 5], Picture(folder.file("plain"))[5, 5])
        #expect(first != second)
        #expect(zip(second, [200, 60, 40]).allSatisfy { abs(Int($0) - $1) <= 2 })
    }

    @Test func `ignoreIcc takes the numbers as they are`() throws {
        try writeSource(.png)
        let stored = try Picture(folder.file("source"))[5, 5]
        let request = RenderRequest(
            input: Input(path: "x"), renditions: [Rendition(path: "x", format: .png)], limits: RenderLimits())
        var ignoring = request
        ignoring.input.ignoreIcc = true
        let target = try Descriptor(creating: folder.file("x"))
        _ = try render(ignoring, Descriptor(reading: folder.file("source")), [target]).rendered()
        #expect(try Picture(folder.file("x"))[5, 5] == stored)
    }

    @Test func `the density is what the rendition says`() throws {
        try writeSource()
        for format in [ImageFormat.jpeg, .png, .tiff] {
            let image = try header(format) { $0.density = 254 }
            let perMillimetre = unsafe vips_image_get_xres(image.pointer)
            #expect(abs(perMillimetre - 10) < 0.1, "\(format): \(perMillimetre)")
        }
    }

    @Test func `a page is read by its number, and a missing one is refused`() throws {
        try writeSource(.png)
        var request = RenderRequest(
            input: Input(path: "x"), renditions: [Rendition(path: "x", format: .png)], limits: RenderLimits())
        request.input.page = 1
        let target = try Descriptor(creating: folder.file("x"))
        let error = try render(request, Descriptor(reading: folder.file("source")), [target]).failure()
        #expect(error.code == .jobInvalid && error.message == "input.page is 1, but the image has one page, page 0")

        let pages = try Raster(
            stacking: [[255, 0, 0], [0, 255, 0], [0, 0, 255]].map { try Picture(16, 16, $0).raster })
        try pages.write(.gif, to: folder.file("source"))
        request.input.page = 2
        let job = try render(request, Descriptor(reading: folder.file("source")), [target]).rendered()
        #expect(job.input.pages == 3)
        let blue = try Picture(folder.file("x"))[8, 8]
        #expect(blue[2] > 240 && blue[0] < 10)
        request.input.page = 3
        let beyond = try render(request, Descriptor(reading: folder.file("source")), [target]).failure()
        #expect(beyond.message == "input.page is 3, but the image has 3 pages, 0 to 2")
    }

    @Test func `another file than the one with the digest is refused`() throws {
        try writeSource()
        let digest = try Descriptor(reading: folder.file("source")).with { try FileDigest(of: $0) }
        var request = RenderRequest(
            input: Input(path: "x"), renditions: [Rendition(path: "x", format: .png)], limits: RenderLimits())
        request.input.sha256 = digest.sha256
        let target = try Descriptor(creating: folder.file("x"))
        _ = try render(request, Descriptor(reading: folder.file("source")), [target]).rendered()
        request.input.sha256 = String(repeating: "0", count: 64)
        let error = try render(request, Descriptor(reading: folder.file("source")), [target]).failure()
        #expect(error.code == .inputMismatch && !error.retryable && error.message.contains(digest.sha256))
    }
}

extension Raster {
    /// Images of one size as the frames of an animation.
    convenience init(stacking frames: [Raster]) throws {
        let join = try Operation("arrayjoin")
        join.set("in", frames)
        join.set("across", 1)
        let tall = try join.image().applying("copy")
        tall.setField("page-height", frames[0].size.height)
        unsafe g_object_ref(tall.pointer)
        unsafe self.init(owning: tall.pointer)
    }
}
