import Foundation
import Glibc
import SpoolInspection
import SpoolJob
import SpoolWire
import Testing

@testable import SpoolImaging
@testable import SpoolPlanes

struct DamageTests {
    private let folder: ScratchFolder
    private static let rendition = Rendition(path: "x.jpg", format: .jpeg, width: 100)
    private static let damaged = "the image is truncated or damaged: "

    init() throws { folder = try ScratchFolder() }

    /// The first part of a sound file.
    private func cut(_ format: ImageFormat, to share: Double) throws -> String {
        try SamplePicture.ripples.write(width: 400, height: 300, format: format, to: folder.file("sound"))
        let bytes = try folder.bytes("sound")
        return try folder.file("cut", Array(bytes[..<Int(Double(bytes.count) * share)]))
    }

    @Test(arguments: FailOn.allCases, [true, false])
    func `a JPEG that ends too early fails unless failOn is none`(_ failOn: FailOn, isShared: Bool) throws {
        let source = try cut(.jpeg, to: 0.6)
        let second = Rendition(path: "y.webp", format: .webp, width: 50)
        let renditions = isShared ? [Self.rendition, second] : [Self.rendition]
        let reply = try render(source, renditions, in: folder, failOn: failOn)
        if failOn == .none {
            #expect(try reply.rendered().renditions[0].width == 100)
        } else {
            let error = try reply.failure()
            #expect(error.code == .inputCorrupt)
            #expect(!error.retryable)
            // libvips' own words follow, which differ from version to version.
            #expect(error.message.hasPrefix(Self.damaged) && error.message.count > Self.damaged.count)
            #expect(!error.message.contains("\n"))
        }
    }

    /// At an eighth a strip of the loader is 64 rows and more of the source.
    @Test(arguments: [1600, 800, 400, 200, 100, 20])
    func `damage near the end of a JPEG counts at every reduction`(_ width: Int) throws {
        try SamplePicture.ripples.write(width: 1600, height: 1200, format: .jpeg, to: folder.file("sound"))
        var bytes = try folder.bytes("sound")
        let range = bytes.count * 94 / 100..<bytes.count * 95 / 100
        bytes.replaceSubrange(range, with: [UInt8](repeating: 0, count: range.count))
        let rendition = Rendition(path: "x.png", format: .png, width: width)
        let source = try folder.file("holed", bytes)
        #expect(try render(source, [rendition], in: folder).failure().code == .inputCorrupt)
        #expect(try render(folder.file("sound"), [rendition], in: folder).rendered().renditions.count == 1)
    }

    @Test(arguments: [ImageFormat.jpeg, .png], [Position.north, .centre, .south])
    func `damage counts also where the crop leaves it out`(_ format: ImageFormat, position: Position) throws {
        let rendition = Rendition(path: "x.jpg", format: .jpeg, width: 300, height: 30, position: position)
        #expect(try render(cut(format, to: 0.9), [rendition], in: folder).failure().code == .inputCorrupt)
    }

    @Test(arguments: [ImageFormat.png, .webp, .gif, .tiff, .avif])
    func `other formats that end too early fail too`(_ format: ImageFormat) throws {
        let error = try render(cut(format, to: 0.5), [Self.rendition], in: folder).failure()
        #expect(error.code == .inputCorrupt)
    }

    @Test func `noise in the middle of a JPEG is damage`() throws {
        try SamplePicture.ripples.write(width: 400, height: 300, format: .jpeg, to: folder.file("sound"))
        var bytes = try folder.bytes("sound")
        for index in stride(from: bytes.count / 2, to: bytes.count / 2 + 400, by: 2) { bytes[index] = 0xFF }
        let source = try folder.file("noisy", bytes)
        #expect(try render(source, [Self.rendition], in: folder).failure().code == .inputCorrupt)
        #expect(try render(source, [Self.rendition], in: folder, failOn: .none).rendered().renditions.count == 1)
    }

    @Test func `an error belongs to its own job`() throws {
        let broken = try cut(.jpeg, to: 0.6)
        let words = try render(broken, [Self.rendition], in: folder).failure().message.dropFirst(Self.damaged.count)
        #expect(!words.isEmpty)
        let error = try render(cut(.png, to: 0.02), [Self.rendition], in: folder).failure()
        #expect(error.code == .inputCorrupt && !error.message.contains(words))
        _ = try render(folder.file("sound"), [Self.rendition], in: folder).rendered()
    }

    /// More than 100 MB is where libvips would take a file in the folder for temporary ones, if it were let.
    @Test func `a large interlaced image is decoded without a temporary file`() throws {
        try VipsLibrary.start()
        let black = try Operation("black")
        black.set("width", 10_500)
        black.set("height", 10_000)
        let large = try black.image()
        try Descriptor(creating: folder.file("source")).with { descriptor in
            let saver = try Operation("pngsave_target")
            saver.set("in", large)
            saver.set("compression", 1)
            saver.set("interlace", true)
            try unsafe OutputFile(descriptor).withTarget { target throws(VipsFailure) in
                unsafe saver.set(target: target)
                try saver.run()
            }
        }
        try Descriptor(reading: folder.file("source")).with { descriptor in
            let image = try Decoder(SourceFile(descriptor, nil), Input(path: "")).open()
            #expect(try image.cropped(to: Size(width: 1, height: 1), left: 0, top: 9_999).inMemory().bands == 1)
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
            }
            #expect(!open.contains { $0.contains("/vips-") }, "\(open)")
            withExtendedLifetime(image) {}
        }
    }

    @Test func `an empty file is named as such`() throws {
        let error = try render(folder.file("empty", []), [Self.rendition], in: folder).failure()
        #expect(error == JobError(.inputCorrupt, "the file is empty"))
    }

    @Test func `a header alone is damage`() throws {
        let source = try folder.file("source", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16])
        #expect(try render(source, [Self.rendition], in: folder).failure().code == .inputCorrupt)
    }

    @Test func `a PDF is refused without a decoder`() throws {
        let source = try folder.file("cat.jpg", Array("%PDF-1.7 and more".utf8))
        let error = try render(source, [Self.rendition], in: folder).failure()
        #expect(error.code == .inputUnsupported)
        #expect(error.message.contains("PDF"))
    }

    @Test func `a source that cannot be read is not called damaged`() throws {
        let request = RenderRequest(
            input: Input(path: "x"), renditions: [Self.rendition], limits: RenderLimits())
        let error = try render(
            request, try Descriptor(writing: folder.file("unreadable")), [Descriptor(creating: folder.file("x.jpg"))]
        ).failure()
        #expect(error.code == .inputUnreadable)
        #expect(error.retryable)
    }

    @Test func `a file that cannot be written is a failure of storage`() throws {
        try SamplePicture.ripples.write(width: 40, height: 30, format: .png, to: folder.file("source"))
        let request = RenderRequest(
            input: Input(path: "x"), renditions: [Self.rendition], limits: RenderLimits())
        let source = try Descriptor(reading: folder.file("source"))
        let error = try render(request, source, [Descriptor(reading: folder.file("source"))]).failure()
        #expect(error.code == .storageFailed)
    }

    @Test(arguments: ImageFormat.allCases)
    func `a disk that fills while a rendition is written is told from other failures`(_ format: ImageFormat) throws {
        try VipsLibrary.start()
        let image = try Picture(300, 300, [1, 2, 3]).raster
        try Descriptor(creating: folder.file("x")).with { number in
            let file = try OutputFile(number)
            #expect(file.failure == nil)
            // From here on the same descriptor leads to a device that is always full.
            try Descriptor(writing: "/dev/full").with { full in _ = dup2(full, number) }
            #expect(throws: VipsFailure.self) {
                try Encoder(Rendition(path: "", format: format)).write(image, to: file)
            }
            #expect(file.failure?.code == .storageFull)
            #expect(file.failure?.message.contains("No space left on device") == true)
        }
    }

    /// libvips ends the process where decoding at a half or less leaves nothing of a side.
    @Test(arguments: [Size(width: 64, height: 1), Size(width: 3, height: 64)], [FailOn.none, .warning])
    func `a thin JPEG is made smaller by either decoder`(_ size: Size, _ failOn: FailOn) throws {
        let folder = try ScratchFolder()
        let source = folder.file("thin.jpg")
        try Picture(size.width, size.height, [10, 20, 30]).write(.jpeg, to: source)
        let rendition = Rendition(
            path: "small.png", format: .png, width: max(1, size.width / 8), height: max(1, size.height / 8), fit: .fill)
        let job = try render(source, [rendition], in: folder, failOn: failOn).rendered()
        #expect(
            job.renditions.first.map { Size(width: $0.width, height: $0.height) }
                == Size(width: max(1, size.width / 8), height: max(1, size.height / 8)))
    }
}
