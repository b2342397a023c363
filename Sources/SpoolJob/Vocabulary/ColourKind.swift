import SpoolSystem

/// A colour by its name, by hexadecimal digits, or by components.
struct ColourKind: ValueKind {
    private static let components = ObjectKind<Colour>(
        "a colour",
        [
            .defaulted("r", \.red, WholeNumberKind(0...255), "red"),
            .defaulted("g", \.green, WholeNumberKind(0...255), "green"),
            .defaulted("b", \.blue, WholeNumberKind(0...255), "blue"),
            .defaulted("alpha", \.alpha, NumberKind(atLeast: 0, atMost: 1), "0 is transparent, 1 opaque"),
        ])

    let needs = "a colour: \"#rrggbb\", a name, or {\"r\", \"g\", \"b\", \"alpha\"}"

    var schema: JSONObject {
        JSONObject([
            "oneOf": [
                ["type": "string", "pattern": "^#([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"],
                [
                    "description": "The worker also takes the names in capitals.",
                    "enum": .array(Colour.names.keys.sorted().map { .string($0) }),
                ],
                .object(Self.components.schema),
            ]
        ])
    }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Colour {
        switch value {
        case .string(let text):
            if let colour = Colour(text) { return colour }
            throw place.mistake(
                "\"\(text.shown)\" is not a colour; write \"#rrggbb\", \"#rrggbbaa\" or a basic CSS name")
        case .object: return try Self.components.decode(value, at: place)
        default: throw place.wrong(value, needs: needs)
        }
    }

    func encode(_ value: Colour) -> JSONValue {
        if let name = Colour.names.first(where: { $0.key == "black" && $0.value == value })?.key {
            return .string(name)
        }
        return [
            "r": .number(value.red), "g": .number(value.green), "b": .number(value.blue), "alpha": .number(value.alpha),
        ]
    }
}
