import Testing

@testable import SpoolService

struct RendererWordsTests {
    private let now = ContinuousClock.now

    @Test func `lines are put together of what comes in parts`() {
        var words = RendererWords()
        #expect(words.lines(of: Array("one\n\ntw".utf8), at: now) == ["one"])
        #expect(words.lines(of: Array("o\nthree".utf8), at: now) == ["two"])
        #expect(words.end(at: now) == ["three"])
    }

    @Test func `long lines are cut, and many are counted`() {
        var words = RendererWords()
        let flood = Array((String(repeating: "x", count: 5000) + "\n").utf8)
        var shown: [String] = []
        for _ in 0..<100 { shown += words.lines(of: flood, at: now) }
        #expect(shown == Array(repeating: String(repeating: "x", count: 300), count: 10))
        #expect(words.lines(of: flood, at: now + .seconds(59)) == [])
        let later = words.lines(of: Array("calm\n".utf8), at: now + .seconds(60))
        #expect(later == ["(91 more lines that are not shown)", "calm"])
        #expect(words.end(at: now + .seconds(60)) == [])
    }

    @Test func `bytes that are no text do no harm`() {
        var words = RendererWords()
        #expect(words.lines(of: [0xFF, 0x0A], at: now) == ["\u{FFFD}"])
    }
}
