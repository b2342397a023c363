/// An sRGB colour with alpha.
public struct Colour: Sendable, Hashable {
    /// 0 to 255.
    public var red, green, blue: Int
    /// 0 (transparent) to 1 (opaque).
    public var alpha: Double

    public init(red: Int, green: Int, blue: Int, alpha: Double = 1) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    public static let black = Colour(red: 0, green: 0, blue: 0)
    public static let transparent = Colour(red: 0, green: 0, blue: 0, alpha: 0)

    /// Reads `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa` or one of ``names``.
    public init?(_ text: String) {
        if let named = Self.names[text.lowercased()] {
            self = named
            return
        }
        guard text.hasPrefix("#") else { return nil }
        let digits = text.dropFirst().compactMap { $0.isASCII ? $0.hexDigitValue : nil }
        guard digits.count == text.count - 1 else { return nil }
        let values: [Int]
        switch digits.count {
        case 3, 4: values = digits.map { $0 * 17 }
        case 6, 8: values = stride(from: 0, to: digits.count, by: 2).map { digits[$0] * 16 + digits[$0 + 1] }
        default: return nil
        }
        self.init(
            red: values[0], green: values[1], blue: values[2], alpha: values.count == 4 ? Double(values[3]) / 255 : 1)
    }

    /// The sixteen basic names of CSS, and `transparent`.
    public static let names: [String: Colour] = [
        "transparent": .transparent, "black": .black,
        "silver": Colour(red: 192, green: 192, blue: 192), "gray": Colour(red: 128, green: 128, blue: 128),
        "white": Colour(red: 255, green: 255, blue: 255), "maroon": Colour(red: 128, green: 0, blue: 0),
        "red": Colour(red: 255, green: 0, blue: 0), "purple": Colour(red: 128, green: 0, blue: 128),
        "fuchsia": Colour(red: 255, green: 0, blue: 255), "green": Colour(red: 0, green: 128, blue: 0),
        "lime": Colour(red: 0, green: 255, blue: 0), "olive": Colour(red: 128, green: 128, blue: 0),
        "yellow": Colour(red: 255, green: 255, blue: 0), "navy": Colour(red: 0, green: 0, blue: 128),
        "blue": Colour(red: 0, green: 0, blue: 255), "teal": Colour(red: 0, green: 128, blue: 128),
        "aqua": Colour(red: 0, green: 255, blue: 255),
    ]
}

extension Colour: Blank {
    static let blank = Colour.black
}
