/// `true` for a usual value, or the value.
struct FlagOrKind<Kind: ValueKind>: ValueKind {
    let kind: Kind
    let usual: Kind.Value

    init(_ usual: Kind.Value, or kind: Kind) {
        self.usual = usual
        self.kind = kind
    }

    var needs: String { "true, or \(kind.needs)" }
    var schema: JSONObject { JSONObject(["oneOf": [["const": true], .object(kind.schema)]]) }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Kind.Value {
        switch value {
        case .bool(true): return usual
        case .bool(false): throw place.mistake("takes \(needs), not false; take it out")
        default: return try kind.decode(value, at: place)
        }
    }

    func encode(_ value: Kind.Value) -> JSONValue { value == usual ? true : kind.encode(value) }
}

/// The standard deviation of a Gaussian blur.
struct SigmaKind: ValueKind {
    private let sigma = NumberKind(atLeast: 0.3, atMost: 1000)

    var needs: String { sigma.needs }
    var schema: JSONObject { sigma.schema }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Blur {
        .gaussian(sigma: try sigma.decode(value, at: place))
    }

    func encode(_ value: Blur) -> JSONValue {
        switch value {
        case .mild: true
        case .gaussian(let deviation): sigma.encode(deviation)
        }
    }
}

extension Sharpening: Blank {
    static let blank = Sharpening()
    private static let strength = NumberKind(atLeast: 0, atMost: 1_000_000)

    static let kind = ObjectKind<Sharpening>(
        "how to sharpen",
        [
            .optional(
                "sigma", \.sigma, NumberKind(atLeast: 0.01, atMost: 10), default: "mild",
                "standard deviation of the Gaussian mask in pixels"),
            .defaulted("m1", \.m1, strength, "how much to sharpen flat areas"),
            .defaulted("m2", \.m2, strength, "how much to sharpen jagged areas"),
            .defaulted("x1", \.x1, strength, "the difference of lightness from which an area is jagged"),
            .defaulted("y2", \.y2, strength, "the most that a pixel becomes lighter"),
            .defaulted("y3", \.y3, strength, "the most that a pixel becomes darker"),
        ],
        rules: [.mildTakesNothingElse])
}

extension Rule<Sharpening> {
    fileprivate static let mildTakesNothingElse = Rule(schema: [
        "$comment": "Without a sigma nothing else has a meaning.",
        "if": ["not": ["required": ["sigma"]]],
        "then": [
            "not": ["anyOf": .array(["m1", "m2", "x1", "y2", "y3"].map { ["required": [.string($0)]] })]
        ],
    ]) { (object, place, sharpening) throws(JobError) in
        guard sharpening.sigma == nil, let other = object.members.first?.key else { return }
        throw place.key(other).mistake("has no meaning without \"sigma\"; add one, for example 1")
    }
}

extension Modulation: Blank {
    static let blank = Modulation()
    private static let factor = NumberKind(atLeast: 0, atMost: 1000)

    static let kind = ObjectKind<Modulation>(
        "how to change the colours",
        [
            .defaulted("brightness", \.brightness, factor, "times lightness"),
            .defaulted("saturation", \.saturation, factor, "times colourfulness"),
            .defaulted("hue", \.hue, NumberKind(atLeast: -360_000, atMost: 360_000), "degrees to turn the hue by"),
            .defaulted("lightness", \.lightness, NumberKind(atLeast: -100, atMost: 100), "added to lightness, of 100"),
        ])
}

extension LinearChange: Blank {
    static let blank = LinearChange()
    private static let number = NumberKind(atLeast: -1_000_000, atMost: 1_000_000)

    static let kind = ObjectKind<LinearChange>(
        "a linear change",
        [.defaulted("a", \.a, number, "the factor"), .defaulted("b", \.b, number, "what is added, of 255")])
}

extension Negation: Blank {
    static let blank = Negation()

    static let kind = ObjectKind<Negation>(
        "a negative", [.defaulted("alpha", \.alpha, FlagKind(), "whether opaque parts become transparent, too")])
}

extension Normalisation: Blank {
    static let blank = Normalisation()

    static let kind = ObjectKind<Normalisation>(
        "how to stretch brightness",
        [
            .defaulted("lower", \.lower, WholeNumberKind(0...99), "percent of the pixels that become black"),
            .defaulted(
                "upper", \.upper, WholeNumberKind(1...100), "percent of the pixels up to which none becomes white"),
        ],
        rules: [.lowerIsLess])
}

extension Rule<Normalisation> {
    /// JSON Schema cannot compare two keys.
    fileprivate static let lowerIsLess = Rule(schema: nil) { (_, place, range) throws(JobError) in
        guard range.lower >= range.upper else { return }
        throw place.key("lower").mistake("is \(range.lower), which must be less than \"upper\", \(range.upper)")
    }
}

extension LocalEqualisation: Blank {
    static let blank = LocalEqualisation(width: 1, height: 1)
    private static let side = WholeNumberKind(1...65_535)

    static let kind = ObjectKind<LocalEqualisation>(
        "the regions",
        [
            .required("width", \.width, side, "pixels of a region across"),
            .required("height", \.height, side, "pixels of a region down"),
            .defaulted(
                "maxSlope", \.maxSlope, WholeNumberKind(0...100), "how much contrast may grow; 0 for no limit"),
        ])
}
