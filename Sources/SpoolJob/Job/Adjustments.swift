/// A blur of a rendition.
public enum Blur: Sendable, Equatable {
    /// The mean of three by three pixels: quick, and hardly seen.
    case mild
    /// By a Gaussian of this standard deviation, 0.3 to 1000 pixels of the rendition.
    case gaussian(sigma: Double)
}

/// How edges of a rendition are sharpened. Names and defaults are those of libvips and sharp.
public struct Sharpening: Sendable, Equatable {
    /// Standard deviation of the Gaussian mask, 0.01 to 10 pixels; nil for a quick, mild kernel of three by three pixels,
    /// which takes none of the other values.
    public var sigma: Double?
    /// How much flat areas are sharpened, and jagged ones.
    public var m1, m2: Double
    /// The difference of lightness from which an area counts as jagged.
    public var x1: Double
    /// The most that a pixel becomes lighter, and darker.
    public var y2, y3: Double

    public init(
        sigma: Double? = nil, m1: Double = 1, m2: Double = 2, x1: Double = 2, y2: Double = 10, y3: Double = 20
    ) {
        self.sigma = sigma
        (self.m1, self.m2, self.x1, self.y2, self.y3) = (m1, m2, x1, y2, y3)
    }
}

/// A change of all colours of a rendition in the space LCh.
public struct Modulation: Sendable, Equatable {
    /// Factors for lightness and for colourfulness.
    public var brightness, saturation: Double
    /// Degrees to turn the hue by.
    public var hue: Double
    /// What is added to lightness, of 100.
    public var lightness: Double

    public init(brightness: Double = 1, saturation: Double = 1, hue: Double = 0, lightness: Double = 0) {
        self.brightness = brightness
        self.saturation = saturation
        self.hue = hue
        self.lightness = lightness
    }
}

/// Each sample of colour times ``a`` plus ``b``, of 255.
public struct LinearChange: Sendable, Equatable {
    public var a, b: Double

    public init(a: Double = 1, b: Double = 0) {
        self.a = a
        self.b = b
    }
}

/// The negative of a rendition.
public struct Negation: Sendable, Equatable {
    /// Whether opaque parts become transparent, too.
    public var alpha: Bool

    public init(alpha: Bool = true) { self.alpha = alpha }
}

/// Brightness stretched so that it covers the whole range.
public struct Normalisation: Sendable, Equatable {
    /// Percent of the pixels that become black, and percent up to which none becomes white.
    public var lower = 1, upper = 99

    public init() {}
}

/// Contrast that is enhanced region by region (CLAHE).
public struct LocalEqualisation: Sendable, Equatable {
    /// Pixels of a region.
    public var width, height: Int
    /// How much contrast may grow, 1 to 100; 0 for no limit.
    public var maxSlope = 3

    public init(width: Int, height: Int, maxSlope: Int = 3) {
        (self.width, self.height, self.maxSlope) = (width, height, maxSlope)
    }
}
