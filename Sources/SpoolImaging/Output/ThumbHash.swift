import Glibc

/// The format of https://evanw.github.io/thumbhash: brightness, two differences of colour and alpha as a few waves.
enum ThumbHash {
    /// - Parameter picture: of at most 100 pixels along each side.
    static func bytes(of picture: RGBAPixels) -> [UInt8] {
        let (width, height) = (picture.width, picture.height)
        let count = width * height
        let pixels = stride(from: 0, to: picture.samples.count, by: 4).map { start in
            picture.samples[start..<(start + 4)].map { Double($0) / 255 }
        }
        let opacity = pixels.reduce(0) { $0 + $1[3] }
        let hasAlpha = opacity < Double(count)
        // What is transparent counts as the mean of the rest.
        let mean = (0..<3).map { band in
            opacity > 0 ? pixels.reduce(0) { $0 + $1[3] * $1[band] } / opacity : 0
        }
        let colours = pixels.map { pixel in (0..<3).map { mean[$0] * (1 - pixel[3]) + pixel[3] * pixel[$0] } }
        let limit = hasAlpha ? 5.0 : 7.0
        let longest = Double(max(width, height))
        let across = max(1, Int((limit * Double(width) / longest).rounded()))
        let down = max(1, Int((limit * Double(height) / longest).rounded()))

        func channel(_ across: Int, _ down: Int, _ value: (Int) -> Double) -> Channel {
            Channel((0..<count).map(value), width: width, height: height, across: across, down: down)
        }
        let brightness = channel(max(3, across), max(3, down)) { colours[$0].reduce(0, +) / 3 }
        let yellow = channel(3, 3) { (colours[$0][0] + colours[$0][1]) / 2 - colours[$0][2] }
        let red = channel(3, 3) { colours[$0][0] - colours[$0][1] }
        let alpha = hasAlpha ? channel(5, 5) { pixels[$0][3] } : nil

        let isLandscape = width > height
        let head =
            scaled(brightness.mean, 63) | scaled(0.5 + yellow.mean / 2, 63) << 6 | scaled(0.5 + red.mean / 2, 63) << 12
            | scaled(brightness.scale, 31) << 18 | (hasAlpha ? 1 << 23 : 0)
        let shape =
            (isLandscape ? down : across) | scaled(yellow.scale, 63) << 3 | scaled(red.scale, 63) << 9
            | (isLandscape ? 1 << 15 : 0)
        var bytes = [head, head >> 8, head >> 16, shape, shape >> 8].map { UInt8(truncatingIfNeeded: $0) }
        if let alpha { bytes.append(UInt8(scaled(alpha.mean, 15) | scaled(alpha.scale, 15) << 4)) }
        let waves = [brightness, yellow, red, alpha].compactMap(\.self).flatMap(\.waves).map { UInt8(scaled($0, 15)) }
        for start in stride(from: 0, to: waves.count, by: 2) {
            bytes.append(waves[start] | (start + 1 < waves.count ? waves[start + 1] << 4 : 0))
        }
        return bytes
    }

    /// Halves go up, as in the reference, whose numbers are never negative here.
    private static func scaled(_ value: Double, _ factor: Double) -> Int { Int((value * factor + 0.5).rounded(.down)) }

    private struct Channel {
        var mean = 0.0
        /// The largest wave.
        var scale = 0.0
        /// Shares of the largest: 0 is its opposite, 1 itself.
        var waves: [Double] = []

        init(_ values: [Double], width: Int, height: Int, across: Int, down: Int) {
            for y in 0..<down {
                var x = 0
                while x * down < across * (down - y) {
                    let horizontal = (0..<width).map { cos(.pi / Double(width) * Double(x) * (Double($0) + 0.5)) }
                    var sum = 0.0
                    for row in 0..<height {
                        let vertical = cos(.pi / Double(height) * Double(y) * (Double(row) + 0.5))
                        for column in 0..<width { sum += values[row * width + column] * horizontal[column] * vertical }
                    }
                    sum /= Double(width * height)
                    if x == 0 && y == 0 {
                        mean = sum
                    } else {
                        waves.append(sum)
                        scale = max(scale, abs(sum))
                    }
                    x += 1
                }
            }
            if scale > 0 { waves = waves.map { 0.5 + 0.5 / scale * $0 } }
        }
    }
}
