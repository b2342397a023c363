package import FoundationEssentials

/// Times in documents: RFC 3339 in UTC with milliseconds, `2026-01-31T09:30:00.250Z`.
package enum Timestamp {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// To the nearest millisecond, so that what was read is written as it was.
    package static func text(_ date: Date) -> String {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        // The style cuts off, and a millisecond is no binary fraction.
        return Date(timeIntervalSince1970: (milliseconds + 0.25) / 1000).formatted(style)
    }

    package static func date(_ text: String) -> Date? { try? style.parse(text) }
}

extension Date {
    /// A time of a file, in nanoseconds since 1970.
    package init(nanoseconds: Int64) { self.init(timeIntervalSince1970: Double(nanoseconds) / 1e9) }

    /// Nanoseconds since 1970, as files have them.
    package var nanoseconds: Int64 { Int64((timeIntervalSince1970 * 1e9).rounded()) }
}
