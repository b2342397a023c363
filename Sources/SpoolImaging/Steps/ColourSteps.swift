import SpoolJob
import SpoolPlanes

struct GreyscaleStep: Step {
    var description: String { "keep brightness alone" }

    func result(of shape: ImageShape) -> ImageShape? { shape.isGreyscale ? nil : shape.with(\.isGreyscale, true) }
    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.greyscale() }
}

/// Brightness repeated as red, green and blue, for formats and backgrounds that want them.
struct ColourStep: Step {
    var description: String { "make brightness red, green and blue" }

    func result(of shape: ImageShape) -> ImageShape? {
        shape.isGreyscale ? shape.with(\.isGreyscale, false) : nil
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.colourful() }
}

struct ThresholdStep: Step {
    let limit: Int

    var description: String { "threshold at \(limit)" }

    func result(of shape: ImageShape) -> ImageShape? { shape.with(\.isGreyscale, true) }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        try image.greyscale().changingColours { (colours) throws(VipsFailure) in
            try colours.applying("relational_const") {
                $0.set("relational", member: "moreeq")
                $0.set("c", [Double(limit)])
            }
        }
    }
}

struct ModulateStep: SampleStep {
    let modulation: Modulation

    var description: String {
        "modulate: brightness × \(modulation.brightness), saturation × \(modulation.saturation), hue + \(modulation.hue), "
            + "lightness + \(modulation.lightness)"
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        try image.changingColours { (colours) throws(VipsFailure) in
            let isGreyscale = colours.isGreyscale
            let changed = try colours.applying("colourspace") { $0.set("space", member: "lch") }.applying("linear") {
                $0.set("a", [modulation.brightness, modulation.saturation, 1])
                $0.set("b", [modulation.lightness, 0, modulation.hue])
            }
            return try changed.applying("colourspace") {
                if isGreyscale { $0.set("space", member: "b-w") } else { $0.set("space", member: "srgb") }
            }
        }
    }
}

struct LinearStep: SampleStep {
    let change: LinearChange

    var description: String { "multiply by \(change.a), add \(change.b)" }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        try image.changingColours { (colours) throws(VipsFailure) in
            try colours.applying("linear") {
                $0.set("a", [change.a])
                // A cast to bytes cuts fractions off.
                $0.set("b", [change.b + 0.5])
                $0.set("uchar", true)
            }
        }
    }
}

struct NegateStep: SampleStep {
    let negation: Negation

    var description: String { negation.alpha ? "negate, with alpha" : "negate" }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        guard !negation.alpha else { return try image.applying("invert") }
        return try image.changingColours { (colours) throws(VipsFailure) in try colours.applying("invert") }
    }
}
