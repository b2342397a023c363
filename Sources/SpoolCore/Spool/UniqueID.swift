import FoundationEssentials

/// A UUID of version 7 (RFC 9562): its first 48 bits are the milliseconds since 1970, so that the order of the texts is
/// the order in time.
public struct UniqueID: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// A new one.
    public init() { self.init(at: Date()) }

    /// Reads an id that was written as text.
    /// - Returns: nil for every other text, capitals included, so that an id is safe in a path.
    public init?(_ text: String) {
        guard Self.isOne(text), text.utf8.allSatisfy({ !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            return nil
        }
        description = text
    }

    init(at time: Date) {
        let milliseconds = UInt64(max(0, time.timeIntervalSince1970) * 1000)
        var bytes = UUID().uuid
        bytes.0 = UInt8(truncatingIfNeeded: milliseconds >> 40)
        bytes.1 = UInt8(truncatingIfNeeded: milliseconds >> 32)
        bytes.2 = UInt8(truncatingIfNeeded: milliseconds >> 24)
        bytes.3 = UInt8(truncatingIfNeeded: milliseconds >> 16)
        bytes.4 = UInt8(truncatingIfNeeded: milliseconds >> 8)
        bytes.5 = UInt8(truncatingIfNeeded: milliseconds)
        bytes.6 = bytes.6 & 0x0F | 0x70
        description = UUID(uuid: bytes).uuidString.lowercased()
    }

    /// Whether a text has the form of such an id.
    static func isOne(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts[2].first == "7"
            && parts.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
    }
}
