import SpoolJob
import Testing

@testable import SpoolImaging

struct VipsFailureTests {
    @Test func `several lines become one, without repetition`() {
        #expect(VipsFailure(text: "a: x\nb: y\n\na: x\n").message == "a: x; b: y")
    }

    @Test func `a seek that failed is told only if it is all there is`() {
        #expect(VipsFailure(text: "source: bad seek to 9\nheif: broken").message == "heif: broken")
        #expect(VipsFailure(text: "source: bad seek to 9").message == "source: bad seek to 9")
    }

    @Test func `control characters do not reach a terminal`() {
        #expect(VipsFailure(text: "bad \u{1B}[31mmarker\u{7}").message == "bad [31mmarker")
    }

    @Test func `silence and floods are bounded`() {
        #expect(VipsFailure(text: "\n").message == "libvips gave no reason")
        #expect(VipsFailure(text: String(repeating: "x", count: 5000)).message.count == 300)
    }

    @Test(arguments: [
        "vips_tracked: out of memory --- size == 26MB", "VipsJpeg: Insufficient memory (case 4)",
        "heif: Memory allocation error (6.0)", "vips__file_open_write: unable to open; unix error: Too many open files",
        "unix error: Cannot allocate memory", "system error: No space left on device",
    ])
    func `a machine that lacks something is to blame, and not the picture`(_ text: String) {
        let error = VipsFailure(text: text).ofHost
        #expect(error?.code == .resourcesExhausted && error?.retryable == true)
        #expect(error?.message.hasSuffix(text) == true)
    }

    @Test(arguments: [
        "VipsJpeg: Premature end of JPEG file", "heif: Memory allocation error: Security limit exceeded: 40000x40000",
        "source: bad seek to 99\nunix error: Invalid argument", "pngload: end of stream",
        "TIFFReadDirectory: Out of memory reading of \"Compression\"",
        // What is too long for a message counts as well.
        (0..<40).map { "source: bad read \($0)\n" }.joined() + "heif: Memory allocation error: Security limit exceeded",
    ])
    func `a damaged picture is not the machine's fault`(_ text: String) {
        #expect(VipsFailure(text: text).ofHost == nil)
    }

    @Test func `an encoder that is missing is named with its package`() throws {
        let words = VipsFailure(text: "heifsave: Unsupported compression")
        let error = try #require(WritingSupport.broken(.avif, words).error)
        #expect(error.code == .optionUnsupported && !error.retryable)
        #expect(error.message.contains("cannot write AVIF: heifsave: Unsupported compression; on Debian 13"))
        #expect(error.message.hasSuffix("install libheif-plugin-aomenc"))
        #expect(WritingSupport.none(.gif).error?.code == .optionUnsupported)
        #expect(WritingSupport.complete.error == nil)
    }

    @Test(arguments: ImageFormat.allCases)
    func `all formats can be written where the tests run`(_ format: ImageFormat) throws {
        try VipsLibrary.start()
        #expect(format.writingSupport == .complete)
    }

    @Test func `the version is three numbers`() {
        #expect(Renderer.versionText.split(separator: ".").compactMap { Int($0) }.count == 3)
    }
}
