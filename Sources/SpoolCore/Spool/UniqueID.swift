import FoundationEssentials

/// A UUID of version 7 (RFC 9562): its first 48 bits are the milliseconds since 1970, so that the order of the texts is
/// the order in time.
public struct UniqueID: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init() { self.init(at: Date()) }

    init(at time: Date) {
        let milliseconds = UInt64(max(0, time.timeIntervalSince1970) * 1000)
        let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0..<1 << 12)
        let low = 1 << 63 | UInt64.random(in: 0..<1 << 62)
        let digits = Self.hexadecimal(high) + Self.hexadecimal(low)
        description = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
            .map { String(digits.dropFirst($0.lowerBound).prefix($0.count)) }.joined(separator: "-")
    }

    /// Whether a text has the form of such an id.
    static func isOne(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts[2].first == "7"
            && parts.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
