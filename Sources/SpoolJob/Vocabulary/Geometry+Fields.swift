extension Area: Blank {
    static let blank = Area(left: 0, top: 0, width: 1, height: 1)
    private static let distance = WholeNumberKind(0...65_535)
    private static let side = WholeNumberKind(1...65_535)

    static let kind = ObjectKind<Area>(
        "a part of the image",
        [
            .required("left", \.left, distance, "pixels from the left edge"),
            .required("top", \.top, distance, "pixels from the upper edge"),
            .required("width", \.width, side, "pixels"),
            .required("height", \.height, side, "pixels"),
        ])
}

extension Trim: Blank {
    static let blank = Trim()

    static let kind = ObjectKind<Trim>(
        "edges to cut off",
        [
            .optional(
                "background", \.background, ColourKind(), default: "the upper left pixel's", "the colour of the edges"),
            .defaulted(
                "threshold", \.threshold, NumberKind(atLeast: 0, atMost: 255),
                "how far a sample may be from the background and still belong to the edge, of 255"),
            .defaulted("lineArt", \.lineArt, FlagKind(), "for drawings without shades; needs libvips 8.16"),
            .defaulted("margin", \.margin, WholeNumberKind(0...65_535), "pixels of the edge that are kept"),
        ])
}

extension Extension: Blank {
    static let blank = Extension()
    private static let distance = WholeNumberKind(0...65_535)

    static let kind = ObjectKind<Extension>(
        "pixels to add",
        [
            .defaulted("top", \.top, distance, "pixels"),
            .defaulted("left", \.left, distance, "pixels"),
            .defaulted("bottom", \.bottom, distance, "pixels"),
            .defaulted("right", \.right, distance, "pixels"),
            .defaulted(
                "extendWith", \.extendWith, ChoiceKind(),
                "the background, the nearest pixels, the image again, or the image mirrored"),
        ])
}

/// A name, or a point.
struct PositionKind: ValueKind {
    private struct Point: Blank {
        var x = 0.5, y = 0.5

        static let blank = Point()
        private static let share = NumberKind(atLeast: 0, atMost: 1)
        static let kind = ObjectKind<Point>(
            "a point",
            [
                .required("x", \.x, share, "0 is the left edge, 1 the right one"),
                .required("y", \.y, share, "0 is the upper edge, 1 the lower one"),
            ])
    }

    private static let known = Position.names + Position.aliases

    var needs: String {
        "one of " + Position.names.map { "\"\($0.name)\"" }.joined(separator: ", ") + ", or {\"x\", \"y\"}"
    }

    var schema: JSONObject {
        JSONObject([
            "oneOf": [["enum": .array(Self.known.map { .string($0.name) })], .object(Point.kind.schema)]
        ])
    }

    func decode(_ value: JSONValue, at place: Place) throws(JobError) -> Position {
        switch value {
        case .string(let name):
            if let known = Self.known.first(where: { $0.name == name }) { return known.position }
            throw place.unknown(name, among: Self.known.map(\.name), needs: needs)
        case .object:
            let point = try Point.kind.decode(value, at: place)
            return .point(x: point.x, y: point.y)
        default: throw place.wrong(value, needs: needs)
        }
    }

    func encode(_ value: Position) -> JSONValue {
        if case .point(let x, let y) = value { return ["x": .number(x), "y": .number(y)] }
        return .string(Position.names.first { $0.position == value }?.name ?? "centre")
    }
}
