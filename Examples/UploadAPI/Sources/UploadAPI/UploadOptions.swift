import Hummingbird
import SpoolCore

/// What the query of an upload asks for: `?widths=320,1280&format=webp`.
struct UploadOptions: Equatable {
    /// Pixels, each once, the smallest first.
    var widths = [320, 1280]
    var format = ImageFormat.webp

    private static let mostWidths = 10
    private static let largestWidth = 8192

    init() {}

    init(_ query: Parameters) throws(HTTPError) {
        if let text = query["widths"] { widths = try Self.widths(String(text)) }
        if let text = query["format"] {
            guard let format = ImageFormat(rawValue: String(text)) else {
                let names = ImageFormat.allCases.map(\.rawValue).joined(separator: ", ")
                throw HTTPError(.badRequest, message: "format must be one of \(names)")
            }
            self.format = format
        }
    }

    private static func widths(_ text: String) throws(HTTPError) -> [Int] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let widths = Set(parts.compactMap { Int($0.trimmingPrefix { $0 == " " }) })
        guard parts.count <= mostWidths, widths.count == parts.count,
            widths.allSatisfy((1...largestWidth).contains)
        else {
            throw HTTPError(
                .badRequest,
                message: "widths must be 1 to \(mostWidths) different numbers from 1 to \(largestWidth), as in 320,1280"
            )
        }
        return widths.sorted()
    }

    /// The job for a source.
    func job(for source: SourceImage) -> Job {
        Job(
            input: Input(path: source.path),
            renditions: widths.map { width in
                Rendition(
                    path: UploadPaths.rendition(of: source.id, "\(width).\(format.extensions[0])"), format: format,
                    width: width, withoutEnlargement: true)
            })
    }
}

/// The names of an upload in the spool and on the web. An id is digits, small letters and dashes, so no path leaves its
/// folder.
enum UploadPaths {
    static let stem = "upload"

    static func job(_ id: UniqueID) -> JobName { JobName(stem: stem, id: id) }

    /// Relative to the output folder.
    static func rendition(of id: UniqueID, _ name: String) -> String { "\(stem)s/\(id)/\(name)" }

    static func status(_ id: UniqueID) -> String { "/images/\(id)" }
}
