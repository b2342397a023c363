import SpoolJob

struct GreyscaleStep: Step {
    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.greyscale() }
}

struct ThresholdStep: Step {
    let limit: Int

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        try image.greyscale().changingColours { (colours) throws(VipsFailure) in
            try colours.applying("relational_const") {
                $0.set("relational", member: "moreeq")
                $0.set("c", [Double(limit)])
            }
        }
    }
}

struct ModulateStep: Step {
    let modulation: Modulation

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

struct LinearStep: Step {
    let change: LinearChange

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

struct NegateStep: Step {
    let negation: Negation

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        guard !negation.alpha else { return try image.applying("invert") }
        return try image.changingColours { (colours) throws(VipsFailure) in try colours.applying("invert") }
    }
}
