package import SpoolJob
import SpoolWire

/// The sizes that one rendition goes through, and where it is cut or placed. The arithmetic is sharp's.
///
/// It only depends on the size in the source's header, so that a rendition has the same size whether its source was
/// decoded in full, or smaller right away.
package struct ResizePlan: Equatable, Sendable {
    /// The resized image, as stored: before it is turned.
    package var scaled: Size
    /// The finished rendition.
    package var output: Size
    /// How the turned image becomes the output.
    package var placement: Placement

    package enum Placement: Equatable, Sendable {
        case asIs
        case crop(left: Int, top: Int)
        /// Where the image itself suggests.
        case smartCrop(Interest)
        case embed(left: Int, top: Int)
    }

    package enum Interest: Equatable, Sendable { case entropy, attention }

    /// - Parameters:
    ///   - stored: the size in the source's header, or of the part of the source that is used.
    ///   - orientation: how it will be turned; the rendition's width and height refer to the turned image.
    package init(stored: Size, orientation: Orientation, rendition: Rendition) {
        let upright = orientation.swapsSides ? stored.transposed : stored
        let shrink = Shrink(upright, rendition)
        let scaled = Size(
            width: Self.rounded(Double(upright.width) / shrink.horizontal),
            height: Self.rounded(Double(upright.height) / shrink.vertical))
        self.scaled = orientation.swapsSides ? scaled.transposed : scaled

        let box = Size(
            width: rendition.pixelWidth ?? scaled.width, height: rendition.pixelHeight ?? scaled.height)
        switch rendition.fit {
        case .cover where box != scaled:
            output = Size(width: min(box.width, scaled.width), height: min(box.height, scaled.height))
            placement = rendition.position.crop(scaled, to: output)
        case .contain where box != scaled:
            output = Size(width: max(box.width, scaled.width), height: max(box.height, scaled.height))
            placement = rendition.position.embed(scaled, in: output)
        default:
            output = scaled
            placement = .asIs
        }
    }

    /// Halves go up, as libvips rounds.
    private static func rounded(_ length: Double) -> Int { max(1, Int((length + 0.5).rounded(.down))) }
}

/// How many source pixels become one, along each axis.
private struct Shrink {
    var horizontal = 1.0
    var vertical = 1.0

    init(_ size: Size, _ rendition: Rendition) {
        let across = rendition.pixelWidth.map { Double(size.width) / Double($0) }
        let down = rendition.pixelHeight.map { Double(size.height) / Double($0) }
        switch (across, down, rendition.fit) {
        case (nil, nil, _): break
        case (_, _, .fill): (horizontal, vertical) = (across ?? 1, down ?? 1)
        case (let across?, let down?, .cover), (let across?, let down?, .outside):
            (horizontal, vertical) = (min(across, down), min(across, down))
        case (let across?, let down?, _):
            (horizontal, vertical) = (max(across, down), max(across, down))
        case (let shrink?, nil, _), (nil, let shrink?, _):
            (horizontal, vertical) = (shrink, shrink)
        }
        if rendition.withoutReduction {
            horizontal = min(1, horizontal)
            vertical = min(1, vertical)
        }
        if rendition.withoutEnlargement {
            horizontal = max(1, horizontal)
            vertical = max(1, vertical)
        }
        // No side shrinks below one pixel.
        horizontal = min(horizontal, Double(size.width))
        vertical = min(vertical, Double(size.height))
    }
}
