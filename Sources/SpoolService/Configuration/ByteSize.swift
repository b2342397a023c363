/// A number of bytes, as people write and read it.
struct ByteSize: Equatable, CustomStringConvertible {
    var bytes: Int

    init(_ bytes: some BinaryInteger) { self.bytes = Int(clamping: bytes) }

    /// Powers of 1000 and of 1024. A single letter is refused: programs differ in which of the two `64M` means.
    private static let units: [(suffix: String, bytes: Int)] = [
        ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30), ("tib", 1 << 40),
        ("kb", 1000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("tb", 1_000_000_000_000), ("b", 1),
    ]

    /// Reads `500000`, `64MB`, `1.5 GB`, `512KiB`; capital letters make no difference.
    init?(setting text: String) {
        let text = text.lowercased()
        let unit = Self.units.first { text.hasSuffix($0.suffix) }
        var number = text.dropLast(unit?.suffix.count ?? 0)
        if unit != nil, number.last == " " { number.removeLast() }
        let scale = unit?.bytes ?? 1
        // Digits alone keep every one of them; a fraction needs a unit.
        if let whole = Int(number) {
            let (product, overflow) = whole.multipliedReportingOverflow(by: scale)
            guard !overflow else { return nil }
            self.init(product)
        } else {
            guard scale > 1, let fraction = Double(number), fraction.isFinite,
                let product = Int(exactly: (fraction * Double(scale)).rounded())
            else { return nil }
            self.init(product)
        }
    }

    /// `640 bytes`, `34 MB`, `1.5 GB`; a whole number of a power of 1024 as such: `64 MiB`.
    var description: String {
        guard bytes >= 1000 else { return "\(bytes) \(bytes == 1 ? "byte" : "bytes")" }
        let binary = Self.units[0..<4].last { $0.bytes <= bytes }
        if let binary, bytes.isMultiple(of: binary.bytes) {
            return "\(bytes / binary.bytes) \(["kib": "KiB", "mib": "MiB", "gib": "GiB"][binary.suffix] ?? "TiB")"
        }
        var (value, names) = (Double(bytes) / 1000, ["kB", "MB", "GB", "TB"][...])
        while value >= 999.5, names.count > 1 {
            value /= 1000
            names.removeFirst()
        }
        let tenths = (value * 10).rounded()
        let number =
            value >= 99.95 || tenths.truncatingRemainder(dividingBy: 10) == 0
            ? "\(Int(value.rounded()))" : "\(tenths / 10)"
        return "\(number) \(names.first ?? "TB")"
    }
}
