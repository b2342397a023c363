import SpoolJob

/// What shows where there is no picture.
struct Background {
    /// sRGB.
    let colour: Colour
    /// What the numbers of the rendition mean.
    let space: ColourSpace

    /// The values of a pixel.
    /// - Parameters:
    ///   - image: in which they are used.
    ///   - bands: how many, alpha the last of two or four.
    func values(in image: Raster, bands: Int) throws(VipsFailure) -> [Double] {
        let values = colour.bands(bands)
        guard space != .srgb, bands > 2 else { return values }
        let black = try Operation("black")
        black.set("bands", 3)
        black.set("width", 1)
        black.set("height", 1)
        let pixel = try black.image().applying("copy") { $0.set("interpretation", member: "srgb") }.applying("linear") {
            $0.set("a", [1, 1, 1])
            $0.set("b", Array(values[..<3]))
            $0.set("uchar", true)
        }
        return try pixel.convertedFromSRGB(for: image).firstPixel() + values[3...]
    }
}
