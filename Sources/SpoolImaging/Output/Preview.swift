import FoundationEssentials
import SpoolInspection
import SpoolJob
import SpoolPlanes
import SpoolWire

/// A picture in memory: red, green, blue and alpha, row by row.
struct RGBAPixels {
    var width, height: Int
    var samples: [UInt8]
}

/// A finished rendition, small enough to look at every pixel.
struct Preview {
    private let pixels: RGBAPixels
    private let raster: Raster

    /// - Parameter descriptor: of the rendition's file.
    init(of descriptor: Int32, longestSide: Int = 100) throws(JobError) {
        let file = try SourceFile(descriptor, nil)
        // Its encoder is this process's own.
        VipsLibrary.trust([file.format])
        let decoder = try Decoder(file, Input(path: ""))
        let header = try decoder.openHeader()
        let factor = min(1, Double(longestSide) / Double(max(header.size.width, header.size.height)))
        let size = Size(
            width: max(1, Int((Double(header.size.width) * factor).rounded())),
            height: max(1, Int((Double(header.size.height) * factor).rounded())))
        let reduction = Reduction(of: decoder.source.format, stored: header.size, needed: [size])
        do {
            let image = try decoder.open(reduction).standardised().colourful().withAlpha(1)
            raster = try image.premultiplied().resized(to: size).unpremultiplied().inMemory()
            pixels = RGBAPixels(width: size.width, height: size.height, samples: try raster.samples())
        } catch {
            throw error.ofHost ?? JobError(.renderFailed, "the rendition cannot be read again: \(error.message)")
        }
    }

    func text(_ placeholder: Placeholder) throws(JobError) -> String {
        switch placeholder {
        case .blurhash: return BlurHash.text(of: pixels)
        case .thumbhash: return Data(ThumbHash.bytes(of: pixels)).base64EncodedString()
        case .lqip: return try "data:image/webp;base64," + Data(tinyWebP()).base64EncodedString()
        }
    }

    /// Sixteen pixels along the longer side.
    private func tinyWebP() throws(JobError) -> [UInt8] {
        var options = WebPOptions()
        (options.quality, options.alphaQuality, options.effort) = (20, 20, 6)
        let factor = 16 / Double(max(pixels.width, pixels.height))
        let size = Size(
            width: max(1, Int((Double(pixels.width) * factor).rounded())),
            height: max(1, Int((Double(pixels.height) * factor).rounded())))
        do {
            let tiny = try raster.premultiplied().resized(to: size).unpremultiplied()
            return try Encoder(.webp(options)).bytes(of: isOpaque ? tiny.firstBands(3) : tiny)
        } catch {
            throw JobError(.renderFailed, "no placeholder could be made: \(error)")
        }
    }

    private var isOpaque: Bool {
        stride(from: 3, to: pixels.samples.count, by: 4).allSatisfy { pixels.samples[$0] == 255 }
    }

    /// The middle of the fullest of 4096 boxes of colours, as sharp finds it; what is transparent does not count.
    var dominantColour: String {
        var counts = [Int](repeating: 0, count: 4096)
        for start in stride(from: 0, to: pixels.samples.count, by: 4) where pixels.samples[start + 3] >= 128 {
            let colour = pixels.samples[start..<(start + 3)].reduce(0) { $0 << 4 | Int($1 >> 4) }
            counts[colour] += 1
        }
        let fullest = counts.indices.max { counts[$0] < counts[$1] } ?? 0
        let colour = Colour(
            red: (fullest >> 8) << 4 | 8, green: (fullest >> 4 & 15) << 4 | 8, blue: (fullest & 15) << 4 | 8)
        return String(colour.hexadecimal.prefix(7))
    }
}
