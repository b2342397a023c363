import SpoolInspection
import SpoolWire

/// An ICC profile, read as far as it takes to see whether it says anything but "sRGB".
///
/// Many files embed one of the dozens of profiles for sRGB that exist; transforming them costs time and changes
/// nothing, so primaries and curves are compared instead of names or bytes.
package struct ColourProfile {
    private let bytes: [UInt8]

    /// Profiles for sRGB that list their curves in full have about 60 kB.
    package static let longest = 1 << 17

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether the profile has sRGB's primaries and sRGB's curve, within what tools differ in.
    package var isSRGB: Bool {
        guard bytes.has("RGB ", at: 16), bytes.has("XYZ ", at: 20) else { return false }
        // A table in place of primaries and curves can do anything.
        guard tag("A2B0") == nil, tag("A2B1") == nil else { return false }
        for (name, primary) in Self.primaries {
            guard let values = tag(name).flatMap(colour(at:)) else { return false }
            guard zip(values, primary).allSatisfy({ abs($0 - $1) < 0.002 }) else { return false }
        }
        for name in ["rTRC", "gTRC", "bTRC"] {
            guard let curve = tag(name).flatMap({ ToneCurve(bytes, at: $0) }), curve.isSRGB else { return false }
        }
        return true
    }

    /// sRGB's red, green and blue as every profile has them: seen under D50.
    private static let primaries: [(String, [Double])] = [
        ("rXYZ", [0.4361, 0.2225, 0.0139]), ("gXYZ", [0.3851, 0.7169, 0.0971]), ("bXYZ", [0.1431, 0.0606, 0.7141]),
    ]

    /// Where the data of a tag begin.
    private func tag(_ name: String) -> Int? {
        guard let count = bytes.bigEndian(4, at: 128) else { return nil }
        for index in 0..<min(count, 100) where bytes.has(name, at: 132 + 12 * index) {
            return bytes.bigEndian(4, at: 132 + 12 * index + 4)
        }
        return nil
    }

    private func colour(at offset: Int) -> [Double]? {
        guard bytes.has("XYZ ", at: offset) else { return nil }
        let values = (0..<3).compactMap { bytes.fixed(at: offset + 8 + 4 * $0) }
        return values.count == 3 ? values : nil
    }
}

extension [UInt8] {
    /// An unsigned number of `length` bytes, or nil beyond the end.
    package func bigEndian(_ length: Int, at offset: Int) -> Int? {
        guard offset >= 0, offset + length <= count else { return nil }
        return self[offset..<(offset + length)].reduce(0) { $0 << 8 | Int($1) }
    }

    /// A signed number with 16 bits after the point, or nil beyond the end.
    package func fixed(at offset: Int) -> Double? {
        bigEndian(4, at: offset).map { Double(Int32(truncatingIfNeeded: $0)) / 65536 }
    }
}
