import Glibc
import SpoolInspection
import SpoolWire

/// A curve of an ICC profile: from stored values to light, both 0 to 1.
enum ToneCurve {
    case table([Double])
    /// Light is (a x + b) to the power of g from d on, and c x below.
    case parametric(g: Double, a: Double, b: Double, c: Double, d: Double)

    /// Reads the two kinds that profiles for sRGB use: tables, and the parametric one of sRGB's own shape.
    init?(_ bytes: [UInt8], at offset: Int) {
        if bytes.has("curv", at: offset), let count = bytes.bigEndian(4, at: offset + 8), (2...4096).contains(count) {
            let values = (0..<count).compactMap { bytes.bigEndian(2, at: offset + 12 + 2 * $0) }
            guard values.count == count else { return nil }
            self = .table(values.map { Double($0) / 65535 })
        } else if bytes.has("para", at: offset), bytes.bigEndian(2, at: offset + 8) == 3 {
            let values = (0..<5).compactMap { bytes.fixed(at: offset + 12 + 4 * $0) }
            guard values.count == 5 else { return nil }
            self = .parametric(g: values[0], a: values[1], b: values[2], c: values[3], d: values[4])
        } else {
            return nil
        }
    }

    /// Near enough that eight bits show no difference; a plain power of 2.2 is not, in the shadows.
    var isSRGB: Bool {
        [0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 1].allSatisfy { abs(light($0) - Self.sRGB($0)) < 0.002 }
    }

    private func light(_ value: Double) -> Double {
        switch self {
        case .parametric(let g, let a, let b, let c, let d):
            return value >= d ? pow(a * value + b, g) : c * value
        case .table(let values):
            let position = value * Double(values.count - 1)
            let lower = min(Int(position), values.count - 2)
            return values[lower] + (values[lower + 1] - values[lower]) * (position - Double(lower))
        }
    }

    private static func sRGB(_ value: Double) -> Double {
        value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
}
