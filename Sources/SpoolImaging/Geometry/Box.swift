import SpoolJob

/// A part of a picture, in pixels.
struct Box: Hashable, Sendable, CustomStringConvertible {
    var left, top: Int
    var size: Size

    init(left: Int, top: Int, size: Size) { (self.left, self.top, self.size) = (left, top, size) }

    /// The whole of a picture.
    init(all size: Size) { self.init(left: 0, top: 0, size: size) }

    init(_ area: Area) {
        self.init(left: area.left, top: area.top, size: Size(width: area.width, height: area.height))
    }

    var right: Int { left + size.width }
    var bottom: Int { top + size.height }

    func contains(_ other: Box) -> Bool {
        left <= other.left && top <= other.top && right >= other.right && bottom >= other.bottom
    }

    /// The part that a part of this is, seen from outside.
    func part(_ inner: Box) -> Box { Box(left: left + inner.left, top: top + inner.top, size: inner.size) }

    /// Where the part of a turned picture lies in the picture as it is stored.
    /// - Parameter stored: the stored picture's size.
    func asStored(_ orientation: Orientation, in stored: Size) -> Box {
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

    var description: String { "\(size) at \(left), \(top)" }
}
