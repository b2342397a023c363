import CVips
import SpoolPlanes

/// Coordinates to compute pictures from: 0 in the middle, -1 and 1 at the ends of the shorter side.
struct Canvas {
    let x, y: Raster

    init(_ size: Size) throws(VipsFailure) {
        let operation = try Operation("xyz")
        operation.set("width", size.width)
        operation.set("height", size.height)
        let pixels = try operation.image()
        let unit = 2 / Double(min(size.width, size.height))
        x = try pixels.band(0).scaled(unit, plus: -Double(size.width - 1) / 2 * unit)
        y = try pixels.band(1).scaled(unit, plus: -Double(size.height - 1) / 2 * unit)
    }

    /// The distance from a point.
    func distance(x left: Double = 0, y top: Double = 0) throws(VipsFailure) -> Raster {
        let across = try x.scaled(1, plus: -left)
        let down = try y.scaled(1, plus: -top)
        return try (across.times(across)).plus(down.times(down)).root()
    }

    /// The same value everywhere.
    func flat(_ value: Double) throws(VipsFailure) -> Raster {
        try x.scaled(0, plus: value)
    }

    /// Colours from lightness (0 to 100), chroma (0 to about 100) and hue (degrees).
    func colours(lightness: Raster, chroma: Raster, hue: Raster) throws(VipsFailure) -> Raster {
        let whole = try hue.scaled(1 / 360.0)
        let turn = try whole.plus(whole.rounded(down: true).scaled(-1)).scaled(360)
        return try Raster.joined([lightness, chroma, turn])
            .applying("copy") { $0.set("interpretation", member: "lch") }
            .applying("colourspace") { $0.set("space", member: "srgb") }
    }
}

extension Raster {
    func band(_ index: Int) throws(VipsFailure) -> Raster {
        try applying("extract_band") { $0.set("band", index) }
    }

    func scaled(_ factor: Double, plus offset: Double = 0) throws(VipsFailure) -> Raster {
        try applying("linear") {
            $0.set("a", [factor])
            $0.set("b", [offset])
        }
    }

    func plus(_ other: Raster) throws(VipsFailure) -> Raster {
        try applying("add", input: "left") { $0.set("right", other) }
    }

    func times(_ other: Raster) throws(VipsFailure) -> Raster {
        try applying("multiply", input: "left") { $0.set("right", other) }
    }

    func root() throws(VipsFailure) -> Raster {
        try applying("math2_const") {
            $0.set("math2", member: "pow")
            $0.set("c", [0.5])
        }
    }

    /// Of degrees.
    func sine() throws(VipsFailure) -> Raster {
        try applying("math") { $0.set("math", member: "sin") }
    }

    func rounded(down: Bool) throws(VipsFailure) -> Raster {
        try applying("round") {
            if down { $0.set("round", member: "floor") } else { $0.set("round", member: "rint") }
        }
    }

    /// 1 where the image is less than `limit`, 0 elsewhere, also where it is no number.
    func isLess(than limit: Double) throws(VipsFailure) -> Raster {
        try applying("relational_const") {
            $0.set("relational", member: "less")
            $0.set("c", [limit])
        }.scaled(1 / 255.0)
    }

    /// This image where `mask` is 1, `other` where it is 0, a mixture between.
    func mixed(over other: Raster, by mask: Raster) throws(VipsFailure) -> Raster {
        let weight = try mask.scaled(255).eightBit()
        return try weight.applying("ifthenelse", input: "cond") {
            $0.set("in1", self)
            $0.set("in2", other)
            $0.set("blend", true)
        }
    }

    static func joined(_ bands: [Raster]) throws(VipsFailure) -> Raster {
        let operation = try Operation("bandjoin")
        operation.set("in", bands)
        return try operation.image()
    }

    /// The image with a number in its header.
    func withField(_ name: String, _ value: Int) throws(VipsFailure) -> Raster {
        let copy = try applying("copy")
        unsafe vips_image_set_int(copy.pointer, name, Int32(value))
        return copy
    }
}
