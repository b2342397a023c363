import SpoolJob
import SpoolPlanes

extension Raster {
    /// The part inside edges of one colour; all of it if there is nothing but that colour.
    ///
    /// Alpha counts like colours: what is opaque on a transparent ground is kept, whatever its colour. The pixels are read
    /// more than once.
    func box(inside trim: Trim) throws(VipsFailure) -> Box {
        // libvips looks at squares of three pixels, and what is thinner has no edges.
        guard min(size.width, size.height) >= 3 else { return Box(all: size) }
        let background = if let colour = trim.background { colour.bands(bands) } else { try firstPixel() }
        guard hasAlpha else { return try box(inside: trim, background) ?? Box(all: size) }
        let last = bands - 1
        let alpha = try applying("extract_band") { $0.set("band", last) }
        let visible = try alpha.box(inside: trim, [background[last]])
        let colourful = try firstBands(last).box(inside: trim, Array(background[..<last]))
        guard let visible else { return colourful ?? Box(all: size) }
        return colourful.map(visible.union) ?? visible
    }

    /// - Returns: nil if there is nothing inside.
    private func box(inside trim: Trim, _ background: [Double]) throws(VipsFailure) -> Box? {
        let search = try Operation("find_trim")
        search.set("in", self)
        search.set("threshold", trim.threshold)
        search.set("background", background)
        if trim.lineArt { search.set("line_art", true) }
        try search.run()
        let found = Box(
            left: search.number("left"), top: search.number("top"),
            size: Size(width: search.number("width"), height: search.number("height")))
        guard found.size.area > 0 else { return nil }
        let (left, top) = (max(0, found.left - trim.margin), max(0, found.top - trim.margin))
        return Box(
            left: left, top: top,
            size: Size(
                width: min(size.width, found.right + trim.margin) - left,
                height: min(size.height, found.bottom + trim.margin) - top))
    }
}

extension Box {
    fileprivate func union(_ other: Box) -> Box {
        let (left, top) = (min(left, other.left), min(top, other.top))
        return Box(
            left: left, top: top,
            size: Size(width: max(right, other.right) - left, height: max(bottom, other.bottom) - top))
    }
}
