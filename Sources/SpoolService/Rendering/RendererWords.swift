import Logging
import SpoolSystem

/// What a renderer's libraries write to its standard error, on its way into the log: decoders print what they like about
/// untrusted images, and a library that ends the process says why.
struct RendererWords {
    private static let longestLine = 300
    private static let linesAMinute = 10

    /// The line that has no end yet; no longer than is shown of it.
    private var line: [UInt8] = []
    private var minute: ContinuousClock.Instant?
    private var shown = 0
    private var dropped = 0

    /// Logs all that comes, on a thread of its own, until the renderer has closed the other end.
    /// - Returns: false if the system gives no thread.
    static func follow(_ stream: OpenFile, of pid: Int32, logger: Logger) -> Bool {
        Thread.tryStart {
            var words = RendererWords()
            while true {
                // A pipe fails to be read only where it is none, and then there is no more to come either.
                let bytes = (try? stream.readNext(upTo: 1 << 12)) ?? []
                let lines = bytes.isEmpty ? words.end(at: .now) : words.lines(of: bytes, at: .now)
                for line in lines { logger.warning("renderer \(pid) says: \(line)") }
                if bytes.isEmpty { return }
            }
        }
    }

    /// The lines that are complete with `bytes`, cut, so many as may be shown.
    mutating func lines(of bytes: [UInt8], at now: ContinuousClock.Instant) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines += ended(at: now)
            } else if line.count < Self.longestLine {
                line.append(byte)
            }
        }
        return lines
    }

    /// What is left at the end of the stream.
    mutating func end(at now: ContinuousClock.Instant) -> [String] {
        ended(at: now) + (dropped > 0 ? [Self.dropped(dropped)] : [])
    }

    private mutating func ended(at now: ContinuousClock.Instant) -> [String] {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else { return [] }
        var lines: [String] = []
        if minute.map({ now - $0 >= .seconds(60) }) ?? true {
            if dropped > 0 { lines.append(Self.dropped(dropped)) }
            (minute, shown, dropped) = (now, 0, 0)
        }
        if shown < Self.linesAMinute {
            shown += 1
            lines.append(String(decoding: line, as: UTF8.self))
        } else {
            dropped += 1
        }
        return lines
    }

    private static func dropped(_ count: Int) -> String { "(\(count) more lines that are not shown)" }
}
