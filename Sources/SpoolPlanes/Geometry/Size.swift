/// Pixels across and down.
package struct Size: Hashable, Sendable, CustomStringConvertible {
    package var width, height: Int

    package init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

    /// Width and height exchanged, as a quarter turn does.
    package var transposed: Size { Size(width: height, height: width) }

    package var area: Int { width * height }

    /// Whether neither side is shorter than that of `other`.
    package func covers(_ other: Size) -> Bool { width >= other.width && height >= other.height }

    package var description: String { "\(width)×\(height)" }

    /// Whether `other` is at most half of this along both sides.
    package func coversTwice(_ other: Size) -> Bool { covers(Size(width: other.width * 2, height: other.height * 2)) }

    /// Twice this along both sides, or the size of the source where that is less.
    package func doubled(upTo stored: Size) -> Size {
        Size(width: max(width, min(width * 2, stored.width)), height: max(height, min(height * 2, stored.height)))
    }
}
