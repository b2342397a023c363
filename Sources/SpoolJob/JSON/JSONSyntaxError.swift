/// Where and why a text is no JSON.
public struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was wrong, as a sentence without its full stop.
    public var reason: String
    /// Counted from 1.
    public var line: Int
    /// In characters, counted from 1.
    public var column: Int

    public var description: String { "\(reason) at line \(line), column \(column)" }

    init(_ reason: String, at offset: Int, in text: [UInt8]) {
        self.reason = reason
        let before = text.prefix(offset)
        line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map(before.index(after:)) ?? before.startIndex
        // A character starts at every byte that does not continue one.
        column = before[lineStart...].count { $0 & 0b1100_0000 != 0b1000_0000 } + 1
    }
}
