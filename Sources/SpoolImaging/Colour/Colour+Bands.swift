import SpoolJob

extension Colour {
    /// Without hue: the same in an image that has only brightness.
    var isNeutral: Bool { red == green && green == blue }

    /// The values of a pixel in an image with so many bands, alpha the last of two or four.
    func bands(_ count: Int) -> [Double] {
        let colour = count < 3 ? [Double(red)] : [Double(red), Double(green), Double(blue)]
        return count % 2 == 0 ? colour + [alpha * 255] : colour
    }

    /// `#rrggbbaa`, for people.
    var hexadecimal: String {
        let alpha = Int((alpha * 255).rounded())
        return "#" + [red, green, blue, alpha].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
