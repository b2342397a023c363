import FoundationEssentials
import SpoolSystem

/// A point in time as RFC 3339 writes it: date, time and the offset from UTC, all of them.
struct TimeKind: ValueKind {
    let needs = "a time such as \"2026-01-31T09:30:00Z\" (RFC 3339), from 1970 to 2099"

    var schema: JSONObject {
        JSONObject([
            "type": "string", "format": "date-time",
            "pattern": .string(
                #"^(19[7-9][0-9]|20[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"#
                    + #"(\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"#),
        ])
    }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Date {
        guard case .string(let text) = value else { throw place.wrong(value, needs: needs) }
        guard let time = RFC3339Time(text) else {
            throw place.mistake("takes \(needs), with Z or an offset such as +01:00, not \"\(text.shown)\"")
        }
        guard let date = time.date else { throw place.mistake("has a day that its month does not have: \(text.shown)") }
        guard Self.range.contains(date.timeIntervalSince1970) else {
            throw place.mistake("lies before 1970 or after 2099 by UTC: \(text.shown)")
        }
        return date
    }

    /// Seconds since 1970; a file's time can have all of them.
    private static let range = 0..<4_102_444_800.0

    func encode(_ value: Date) -> JSONValue { .string(Timestamp.text(value)) }
}

/// The numbers of a time.
private struct RFC3339Time {
    var year, month, day, hour, minute, second: Int
    var milliseconds = 0
    /// Minutes by which it is ahead of UTC.
    var offset = 0

    /// - Returns: nil for a text of another form, and for a number that is out of its range, but for days that a month does not
    ///   have.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        func number(_ digits: Int, _ range: ClosedRange<Int>) -> Int? {
            let part = rest.prefix(digits)
            guard part.count == digits, part.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
                case let number = part.reduce(0, { $0 * 10 + Int($1 - UInt8(ascii: "0")) }), range.contains(number)
            else { return nil }
            rest = rest.dropFirst(digits)
            return number
        }
        func skip(_ characters: String) -> UInt8? {
            guard let first = rest.first, characters.utf8.contains(first) else { return nil }
            rest = rest.dropFirst()
            return first
        }
        guard let year = number(4, 1970...2099), skip("-") != nil, let month = number(2, 1...12), skip("-") != nil,
            let day = number(2, 1...31), skip("Tt") != nil, let hour = number(2, 0...23), skip(":") != nil,
            let minute = number(2, 0...59), skip(":") != nil, let second = number(2, 0...59)
        else { return nil }
        (self.year, self.month, self.day, self.hour, self.minute, self.second) = (
            year, month, day, hour, minute, second
        )
        if skip(".") != nil {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard (1...9).contains(digits.count), let whole = number(digits.count, 0...999_999_999) else { return nil }
            milliseconds = (0..<(9 - digits.count)).reduce(whole) { nanoseconds, _ in nanoseconds * 10 } / 1_000_000
        }
        guard let sign = skip("Zz+-") else { return nil }
        if "+-".utf8.contains(sign) {
            guard let hours = number(2, 0...23), skip(":") != nil, let minutes = number(2, 0...59) else { return nil }
            offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
        }
        guard rest.isEmpty else { return nil }
    }

    /// nil for a day that the month does not have.
    var date: Date? {
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        // Each of the years since 1970 whose number four divides has a 29th of February before the next year begins; 2000 too.
        let days = (year - 1970) * 365 + (year - 1969) / 4 + lengths[..<(month - 1)].reduce(0, +) + day - 1
        let minutes = (days * 24 + hour) * 60 + minute - offset
        return Date(timeIntervalSince1970: Double(minutes * 60 + second) + Double(milliseconds) / 1000)
    }
}
