import SpoolCore
import SpoolSystem
import SystemPackage

/// The renditions that `submit` asks for: every width in every format.
struct RenditionPattern {
    var widths: [Int]
    var height: Int?
    /// nil for the default of jobs.
    var fit: Fit?
    /// Empty for the image's own.
    var formats: [ImageFormat]
    var quality: Int?
    /// nil for a name that tells the size.
    var output: String?

    func renditions(for image: FilePath) throws(UsageError) -> [Rendition] {
        guard output != "" else { throw UsageError("--output takes a path, not an empty text") }
        var formats = formats
        if formats.isEmpty {
            guard let own = ImageFormat(pathExtension: image.extension ?? "") else {
                throw UsageError("\(image.printable): no format follows from the extension; add --format")
            }
            formats = [own]
        }
        var renditions: [Rendition] = []
        for format in formats {
            for width in widths.isEmpty ? [nil] : widths.map(Optional.some) {
                var rendition = Rendition(
                    path: path(for: image, width: width, format: format), format: format, width: width, height: height,
                    quality: format.isLossless ? nil : quality)
                if let fit { rendition.fit = fit }
                renditions.append(rendition)
            }
        }
        guard Set(renditions.map(\.path)).count == renditions.count else {
            throw UsageError(
                "--output \(output ?? "") names one file for several renditions; use {width} or {format} in it")
        }
        return renditions
    }

    private func path(for image: FilePath, width: Int?, format: ImageFormat) -> String {
        let name = image.stem ?? "image"
        let ending = format.extensions[0]
        guard let output else {
            let size = [width, height].contains { $0 != nil }
            let words = "\(width.map(String.init) ?? "")\(height.map { "x\($0)" } ?? "")"
            return size ? "\(name)-\(words).\(ending)" : "\(name).\(ending)"
        }
        return output.replacing("{name}", with: name).replacing("{format}", with: ending)
            .replacing("{width}", with: width.map(String.init) ?? "auto")
            .replacing("{height}", with: height.map(String.init) ?? "auto")
    }
}
