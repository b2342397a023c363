import SpoolInspection
package import SpoolWire

/// How much smaller than stored a decoder delivers the image: it can leave out work that resizing would undo.
package enum Reduction: Equatable, Sendable {
    case none
    /// One pixel of 2, 4 or 8 in each direction: JPEG.
    case whole(Int)
    /// Any factor below 1: WebP.
    case scale(Double)

    /// How many pixels, in each direction, a decoder that only knows whole factors makes one of.
    package var factor: Int { if case .whole(let factor) = self { factor } else { 1 } }

    /// How many times shorter each side comes from the decoder.
    package var shrink: Double {
        switch self {
        case .none: 1
        case .whole(let factor): Double(factor)
        case .scale(let scale): 1 / scale
        }
    }

    /// What reads a JPEG: at 1/2, 5 pixels become 3 with TurboJPEG, and 2 with libvips, which leaves out what is not whole.
    package enum Reader { case turboJPEG, libvips }

    /// The size at which a decoder delivers the image.
    package func size(of stored: Size, by reader: Reader) -> Size {
        switch self {
        case .none: stored
        case .whole(let factor):
            switch reader {
            case .turboJPEG:
                Size(width: (stored.width + factor - 1) / factor, height: (stored.height + factor - 1) / factor)
            case .libvips: Size(width: stored.width / factor, height: stored.height / factor)
            }
        case .scale(let scale):
            Size(
                width: max(1, Int((Double(stored.width) * scale).rounded())),
                height: max(1, Int((Double(stored.height) * scale).rounded())))
        }
    }

    /// The strongest reduction that leaves nothing to enlarge.
    /// - Parameters:
    ///   - needed: the resized images, as stored, that are made of the decoded one.
    package init(of format: SourceFormat, stored: Size, needed: [Size]) {
        let largest = Size(width: needed.map(\.width).max() ?? 0, height: needed.map(\.height).max() ?? 0)
        switch format {
        case .jpeg:
            // libvips rounds down: of a side that is shorter than the factor nothing would be left, and it ends the process.
            let shortest = min(stored.width, stored.height)
            let factor = [8, 4, 2].first {
                // Whole pixels count: three of five at a half would be made of two and a half.
                $0 <= shortest && Reduction.whole($0).size(of: stored, by: .libvips).covers(largest)
            }
            self = factor.map { .whole($0) } ?? .none
        case .webp:
            let scale = max(
                Double(largest.width) / Double(stored.width), Double(largest.height) / Double(stored.height))
            self = scale < 1 ? .scale(scale) : .none
        case .png, .gif, .tiff, .heic, .avif, .svg, .pdf, .jxl, .jp2: self = .none
        }
    }
}
