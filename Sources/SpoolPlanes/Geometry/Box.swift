package import SpoolJob

/// A part of a picture, in pixels.
package struct Box: Hashable, Sendable, CustomStringConvertible {
    package var left, top: Int
    package var size: Size

    package init(left: Int, top: Int, size: Size) { (self.left, self.top, self.size) = (left, top, size) }

    /// The whole of a picture.
    package init(all size: Size) { self.init(left: 0, top: 0, size: size) }

    package init(_ area: Area) {
        self.init(left: area.left, top: area.top, size: Size(width: area.width, height: area.height))
    }

    package var right: Int { left + size.width }
    package var bottom: Int { top + size.height }

    package func contains(_ other: Box) -> Bool {
        left <= other.left && top <= other.top && right >= other.right && bottom >= other.bottom
    }

    /// The part that a part of this is, seen from outside.
    package func part(_ inner: Box) -> Box { Box(left: left + inner.left, top: top + inner.top, size: inner.size) }

    /// Where the part of a turned picture lies in the picture as it is stored.
    /// - Parameter stored: the stored picture's size.
    package func asStored(_ orientation: Orientation, in stored: Size) -> Box {
        let turned = orientation.swapsSides ? stored.transposed : stored
        // Back from mirroring, which came last.
        let left = orientation.isMirrored ? turned.width - right : left
        switch orientation.quarterTurns {
        case 1: return Box(left: top, top: turned.width - left - size.width, size: size.transposed)
        case 2: return Box(left: turned.width - left - size.width, top: turned.height - bottom, size: size)
        case 3: return Box(left: turned.height - bottom, top: left, size: size.transposed)
        default: return Box(left: left, top: top, size: size)
        }
    }

    package var description: String { "\(size) at \(left), \(top)" }
}
