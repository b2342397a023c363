/// Pixels across and down.
struct Size: Hashable, Sendable, CustomStringConvertible {
    var width, height: Int

    /// Width and height exchanged, as a quarter turn does.
    var transposed: Size { Size(width: height, height: width) }

    var area: Int { width * height }

    /// Whether neither side is shorter than that of `other`.
    func covers(_ other: Size) -> Bool { width >= other.width && height >= other.height }

    var description: String { "\(width)×\(height)" }
}
