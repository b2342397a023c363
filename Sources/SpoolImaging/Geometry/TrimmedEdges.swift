import SpoolJob
import SpoolPlanes

/// The edges of a source that renditions trim, found once for all that trim alike.
struct TrimmedEdges {
    private struct Search: Hashable {
        var trim: Trim
        var orientation: Orientation
    }

    /// All pixels, as stored; nil until somebody trims.
    private(set) var whole: Raster?
    private var found: [Search: Box] = [:]
    private let upright: Orientation
    private let decoder: Decoder

    init(_ decoder: Decoder, upright: Orientation) {
        self.decoder = decoder
        self.upright = upright
    }

    /// The part inside the edges, seen upright.
    /// - Returns: nil for a rendition that does not trim.
    mutating func box(of rendition: Rendition) throws(JobError) -> Box? {
        guard let trim = rendition.trim else { return nil }
        if trim.lineArt, !VipsLibrary.isAtLeast(8, 16) {
            throw JobError(
                .optionUnsupported,
                "the installed libvips \(VipsLibrary.version) has no trim with lineArt, which came with 8.16; take it out"
            )
        }
        let search = Search(trim: trim, orientation: rendition.orientation(after: upright))
        if let box = found[search] { return box }
        let image = if let whole { whole } else { try decoder.whole() }
        whole = image
        let box = try decoder.decoding(.none) { () throws(VipsFailure) in
            try image.turned(search.orientation).box(inside: trim)
        }
        found[search] = box
        return box
    }
}
