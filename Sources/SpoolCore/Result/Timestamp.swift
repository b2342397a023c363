package import FoundationEssentials

/// Times in documents: RFC 3339 in UTC with milliseconds, `2026-01-31T09:30:00.250Z`.
package enum Timestamp {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    package static func text(_ date: Date) -> String { date.formatted(style) }

    package static func date(_ text: String) -> Date? { try? style.parse(text) }
}

extension Date {
    /// A time of a file, in nanoseconds since 1970.
    package init(nanoseconds: Int64) { self.init(timeIntervalSince1970: Double(nanoseconds) / 1e9) }
}
