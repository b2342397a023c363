import SpoolJob
import SpoolPlanes

extension Encoder {
    /// Writes the best quality that fits into so many bytes, and no better than the encoding's own.
    /// - Parameter image: in memory, because it is encoded several times.
    /// - Returns: the quality; nil if even the worst is larger, or if the encoding has none, and is written as it is.
    func write(
        _ image: Raster, _ metadata: KeptMetadata?, _ animation: Animation?, within bytes: Int, to file: OutputFile
    ) throws(VipsFailure) -> Int? {
        func length(at quality: Int) throws(VipsFailure) -> Int {
            var encoder = self
            encoder.encoding.quality = quality
            file.restart()
            try encoder.write(image, metadata, animation, to: file)
            return file.length
        }
        guard let best = encoding.quality else {
            try write(image, metadata, animation, to: file)
            return nil
        }
        if try length(at: best) <= bytes { return best }
        // What fits, and what does not.
        var (fitting, tooLarge) = (0, best)
        var written = best
        while tooLarge - fitting > 1 {
            written = (fitting + tooLarge) / 2
            if try length(at: written) <= bytes { fitting = written } else { tooLarge = written }
        }
        guard fitting > 0 else { return nil }
        if written != fitting { _ = try length(at: fitting) }
        return fitting
    }
}
