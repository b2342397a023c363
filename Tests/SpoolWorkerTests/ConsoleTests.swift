import Logging
import SpoolCore
import Synchronization
import SystemPackage
import Testing

@testable import SpoolWorker

@Suite struct `The log` {
    private final class Lines: Sendable {
        let text = Mutex("")
    }

    private func log(_ style: ConsoleLogHandler.Style, _ body: (Logger) -> Void) -> String {
        let lines = Lines()
        body(
            Logger(label: "test") { _ in
                ConsoleLogHandler(level: .info, style: style) { line in lines.text.withLock { $0 += line } }
            })
        return lines.text.withLock { $0 }
    }

    @Test func `has priorities for systemd and no time of its own`() {
        let text = log(.journal) { logger in
            logger.warning("failed: no such file", metadata: ["job": "a b.json", "code": "input_not_found"])
            logger.debug("not shown")
            logger.critical("bad")
        }
        #expect(text == "<4>failed: no such file code=input_not_found job=\"a b.json\"\n<2>bad\n")
    }

    @Test func `is one line a message, whatever names hold`() {
        let text = log(.journal) { $0.info("job\n<0>forged", metadata: ["job": "x\ny"]) }
        #expect(text == "<6>job\\n<0>forged job=x\\ny\n")
    }

    @Test func `has lines of bounded length, and no characters that are not seen`() {
        let long = String(repeating: "y", count: 1_000_000)
        let text = log(.journal) { $0.info("a\u{9B}2J\u{202E}\u{200B}\(long)", metadata: ["job": "\(long)"]) }
        #expect(text.utf8.count < 2200)
        #expect(text.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 || $0 == "\n" || $0 == "…" })
    }

    @Test func `has the time where nobody else adds it`() throws {
        let text = log(.plain) { $0.info("hello") }
        let time = try #require(text.split(separator: " ").first)
        #expect(time.count == 24 && time.hasSuffix("Z"))
        #expect(text.hasSuffix(" info hello\n"))
    }
}

@Suite struct `The renditions of submit` {
    private func paths(
        _ image: FilePath, widths: [Int] = [], height: Int? = nil, formats: [ImageFormat] = [], output: String? = nil
    ) throws -> [String] {
        try RenditionPattern(
            widths: widths, height: height, fit: .cover, formats: formats, quality: nil, output: output
        ).renditions(for: image).map(\.path)
    }

    @Test func `are named for their size and format`() throws {
        #expect(try paths("a/cat.jpg", widths: [320]) == ["cat-320.jpg"])
        #expect(try paths("cat.jpeg", widths: [320], height: 200) == ["cat-320x200.jpg"])
        #expect(try paths("cat.png", height: 200) == ["cat-x200.png"])
        #expect(
            try paths("cat.jpg", widths: [1, 2], formats: [.webp, .avif])
                == ["cat-1.webp", "cat-2.webp", "cat-1.avif", "cat-2.avif"])
        #expect(try paths("cat.jpg", widths: [9], output: "t/{width}/{name}.{format}") == ["t/9/cat.jpg"])
    }

    @Test func `need a format and names of their own`() {
        #expect(throws: (any Error).self) { try paths("cat.raw") }
        #expect(throws: (any Error).self) { try paths("cat.jpg", widths: [1, 2], output: "same.jpg") }
    }
}

@Suite struct `Exit statuses` {
    @Test func `are all explained in the help`() {
        for status in ExitStatus.allCases { #expect(ExitStatus.help.contains("\(status.rawValue)  \(status.meaning)")) }
    }
}
