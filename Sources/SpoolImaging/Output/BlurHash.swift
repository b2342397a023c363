import Glibc

/// The format of https://blurha.sh: four waves across and three down, or the other way round.
enum BlurHash {
    static func text(of picture: RGBAPixels) -> String {
        let (across, down) = picture.width >= picture.height ? (4, 3) : (3, 4)
        let linear = (0...255).map { light(Double($0) / 255) }
        var factors: [[Double]] = []
        for y in 0..<down {
            for x in 0..<across { factors.append(factor(x, y, of: picture, linear)) }
        }
        let largest = factors.dropFirst().flatMap(\.self).map(abs).max() ?? 0
        let quantised = max(0, min(82, Int((largest * 166 - 0.5).rounded(.down))))
        let scale = Double(quantised + 1) / 166
        var text = digits(across - 1 + (down - 1) * 9, 1) + digits(quantised, 1)
        text += digits(factors[0].reduce(0) { $0 << 8 | Int((stored($1) * 255).rounded()) }, 4)
        for factor in factors.dropFirst() {
            let value = factor.reduce(0) { sum, part in
                let root = copysign(abs(part / scale).squareRoot(), part)
                return sum * 19 + max(0, min(18, Int((root * 9 + 9.5).rounded(.down))))
            }
            text += digits(value, 2)
        }
        return text
    }

    /// How much of a wave is in red, green and blue.
    private static func factor(_ across: Int, _ down: Int, of picture: RGBAPixels, _ linear: [Double]) -> [Double] {
        var sums = [0.0, 0.0, 0.0]
        for y in 0..<picture.height {
            let vertical = cos(.pi * Double(down) * Double(y) / Double(picture.height))
            for x in 0..<picture.width {
                let basis = vertical * cos(.pi * Double(across) * Double(x) / Double(picture.width))
                let start = (y * picture.width + x) * 4
                for band in 0..<3 { sums[band] += basis * linear[Int(picture.samples[start + band])] }
            }
        }
        let share = (across == 0 && down == 0 ? 1.0 : 2.0) / Double(picture.width * picture.height)
        return sums.map { $0 * share }
    }

    private static func light(_ stored: Double) -> Double {
        stored <= 0.04045 ? stored / 12.92 : pow((stored + 0.055) / 1.055, 2.4)
    }

    private static func stored(_ light: Double) -> Double {
        let light = max(0, min(1, light))
        return light <= 0.0031308 ? light * 12.92 : 1.055 * pow(light, 1 / 2.4) - 0.055
    }

    private static let alphabet = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~")

    /// A number to the base of 83.
    private static func digits(_ value: Int, _ count: Int) -> String {
        var (value, text) = (value, "")
        for _ in 0..<count {
            text = String(alphabet[value % 83]) + text
            value /= 83
        }
        return text
    }
}
