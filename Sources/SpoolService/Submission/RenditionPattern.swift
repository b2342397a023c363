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
    /// nil for a name that tells the size, in the image's folder below the base folder.
    var output: PathPattern?

    func renditions(for image: SubmittedImage) throws(UsageError) -> [Rendition] {
        var formats = formats
        if formats.isEmpty {
            guard let own = ImageFormat(pathExtension: image.path.extension ?? "") else {
                throw UsageError("\(image.path.printable): no format follows from the extension; add --format")
            }
            formats = [own]
        }
        if let width = widths.first(where: { width in widths.count { $0 == width } > 1 }) {
            throw UsageError("--width \(width) is there more than once; name each width once")
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
        if let twin = renditions.firstTwin {
            throw UsageError("--output names one file, \(twin), for several renditions; use {width} or {format} in it")
        }
        return renditions
    }

    private func path(for image: SubmittedImage, width: Int?, format: ImageFormat) -> String {
        let ending = format.extensions[0]
        guard let output else {
            let size = [width, height].contains { $0 != nil }
            let words = "\(width.map(String.init) ?? "")\(height.map { "x\($0)" } ?? "")"
            return (image.folder.isEmpty ? "" : "\(image.folder)/")
                + (size ? "\(image.name)-\(words).\(ending)" : "\(image.name).\(ending)")
        }
        return output.filled(with: [
            .dir: image.folder, .name: image.name, .format: ending, .width: width.map(String.init) ?? "auto",
            .height: height.map(String.init) ?? "auto",
        ])
    }
}

extension [Rendition] {
    /// A path that two of them have.
    fileprivate var firstTwin: String? {
        var seen: Set<[UInt8]> = []
        // Byte for byte: two texts that mean the same characters are two files.
        return map(\.path).first { path in !seen.insert([UInt8](path.utf8)).inserted }
    }
}
