/// A file format that renditions can have.
public enum ImageFormat: String, Sendable, Equatable, CaseIterable {
    case jpeg, png, webp, gif, tiff, avif, jxl, jp2

    /// The extensions by which a rendition's path names the format, the usual one first.
    public var extensions: [String] {
        switch self {
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
        case .png: ["png"]
        case .webp: ["webp"]
        case .gif: ["gif"]
        case .tiff: ["tif", "tiff"]
        case .avif: ["avif"]
        case .jxl: ["jxl"]
        case .jp2: ["jp2"]
        }
    }

    /// The format of a path that ends in `.` and one of ``extensions``, in any case.
    public init?(pathExtension: String) {
        let wanted = pathExtension.lowercased()
        guard let format = Self.allCases.first(where: { $0.extensions.contains(wanted) }) else { return nil }
        self = format
    }

    /// Whether the format has transparent pixels.
    public var hasAlpha: Bool { self != .jpeg }

    /// Whether a file can have several frames or pages.
    public var hasPages: Bool { self == .gif || self == .webp || self == .tiff }
}
