import SpoolImaging
import Testing

@testable import struct SpoolImaging.VipsFailure

struct VipsFailureTests {
    @Test func `several lines become one, without repetition`() {
        #expect(VipsFailure(text: "a: x\nb: y\n\na: x\n").message == "a: x; b: y")
    }

    @Test func `control characters do not reach a terminal`() {
        #expect(VipsFailure(text: "bad \u{1B}[31mmarker\u{7}").message == "bad [31mmarker")
    }

    @Test func `silence and floods are bounded`() {
        #expect(VipsFailure(text: "\n").message == "libvips gave no reason")
        #expect(VipsFailure(text: String(repeating: "x", count: 5000)).message.count == 300)
    }

    @Test func `the version is three numbers`() {
        #expect(Renderer.versionText.split(separator: ".").compactMap { Int($0) }.count == 3)
    }
}
