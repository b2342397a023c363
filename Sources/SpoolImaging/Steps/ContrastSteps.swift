import SpoolJob
import SpoolPlanes

/// Makes light that was darkened before resizing as light as it was, or as another exponent says.
struct GammaStep: SampleStep {
    let exponent: Double

    var description: String { "gamma \(exponent)" }

    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.withGamma(exponent) }
}

/// Stretches lightness over its whole range, and leaves hues.
struct NormaliseStep: SampleStep {
    let range: Normalisation

    var description: String { "normalise from \(range.lower) % to \(range.upper) %" }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        try image.changingColours { (colours) throws(VipsFailure) in
            let lab = try colours.applying("colourspace") { $0.set("space", member: "lab") }
            let lightness = try lab.firstBands(1)
            let darkest = try range.lower == 0 ? lightness.extreme("min") : lightness.percentile(range.lower)
            let lightest = try range.upper == 100 ? lightness.extreme("max") : lightness.percentile(range.upper)
            // One shade, of which stretching would make noise.
            guard abs(lightest - darkest) > 1 else { return colours }
            let factor = 100 / Double(lightest - darkest)
            let stretched = try lab.applying("linear") {
                $0.set("a", [factor, 1, 1])
                $0.set("b", [-Double(darkest) * factor, 0, 0])
            }
            let isGreyscale = colours.isGreyscale
            return try stretched.applying("colourspace") {
                if isGreyscale { $0.set("space", member: "b-w") } else { $0.set("space", member: "srgb") }
            }
        }
    }
}

extension Raster {
    /// The value below which so many percent of the pixels lie.
    fileprivate func percentile(_ percent: Int) throws(VipsFailure) -> Int {
        let search = try Operation("percent")
        search.set("in", self)
        search.set("percent", Double(percent))
        try search.run()
        return search.number("threshold")
    }

    /// - Parameter name: `min` or `max`.
    fileprivate func extreme(_ name: StaticString) throws(VipsFailure) -> Int {
        let search = try Operation(name)
        search.set("in", self)
        try search.run()
        return Int(search.real("out"))
    }
}

/// Stretches contrast region by region.
struct LocalEqualisationStep: SampleStep {
    let regions: LocalEqualisation

    var description: String { "clahe in \(regions.width)×\(regions.height), slope at most \(regions.maxSlope)" }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        // A region that is larger than the image is an error in libvips.
        let width = min(regions.width, image.size.width)
        let height = min(regions.height, image.size.height)
        return try image.changingColours { (colours) throws(VipsFailure) in
            try colours.applying("hist_local") {
                $0.set("width", width)
                $0.set("height", height)
                $0.set("max_slope", regions.maxSlope)
            }
        }
    }
}

/// Brightness in shades of a colour: black and white stay, and what is between takes its hue.
struct TintStep: Step {
    let colour: Colour

    var description: String { "tint with \(colour.hexadecimal)" }

    func result(of shape: ImageShape) -> ImageShape? {
        shape.with(\.isGreyscale, false)
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        let table = try shades()
        return try image.changingColours { (colours) throws(VipsFailure) in
            try colours.greyscale().applying("maplut") { $0.set("lut", table) }.applying("copy") {
                $0.set("interpretation", member: "srgb")
            }
        }
    }

    /// For each brightness its colour: one row of 256 pixels.
    private func shades() throws(VipsFailure) -> Raster {
        let pixel = try Operation("black")
        pixel.set("width", 1)
        pixel.set("height", 1)
        pixel.set("bands", 3)
        let goal = try pixel.image().applying("linear") {
            $0.set("a", [1.0])
            $0.set("b", [Double(colour.red), Double(colour.green), Double(colour.blue)])
        }.inLab().firstPixel()
        let identity = try Operation("identity")
        identity.set("bands", 3)
        let greys = try identity.image().inLab()
        // How much of the hue a lightness takes: all in the middle, none at the ends.
        let lightness = try greys.firstBands(1).applying("linear") {
            $0.set("a", [0.01])
            $0.set("b", [-0.5])
        }
        let square = try Operation("multiply")
        square.set("left", lightness)
        square.set("right", lightness)
        let weight = try square.image().applying("linear") {
            $0.set("a", [-4.0])
            $0.set("b", [1.0])
        }
        let hue = try weight.applying("linear") {
            $0.set("a", goal)
            $0.set("b", [0.0, 0.0, 0.0])
        }
        let joined = try Operation("bandjoin")
        joined.set(
            "in",
            [
                try greys.firstBands(1),
                try hue.applying("extract_band") {
                    $0.set("band", 1)
                    $0.set("n", 2)
                },
            ])
        return try joined.image().applying("colourspace") {
            $0.set("space", member: "srgb")
            $0.set("source_space", member: "lab")
        }
    }
}

extension Raster {
    fileprivate func inLab() throws(VipsFailure) -> Raster {
        try applying("colourspace") {
            $0.set("space", member: "lab")
            $0.set("source_space", member: "srgb")
        }
    }
}
