import SpoolCore

/// The decoded source, and what has been resized of it for reuse.
///
/// One rendition streams from the decoder. For several the source is decoded once, into memory; from the largest
/// down, each is made of the smallest image there is that has at least twice its sides. That is the factor that
/// libvips, too, leaves for the kernel when it shrinks in whole steps first. Renditions of one size, in several
/// formats, are resized once.
final class Cascade {
    /// The source as it is, for renditions of its own size.
    private let whole: Raster
    /// What the other renditions are made of.
    private let base: Raster
    private let stored: Size
    /// Of all renditions.
    private let sizes: [Size]
    private var kept: [Raster] = []

    /// - Parameters:
    ///   - sizes: what will be asked for, in any order.
    ///   - stored: the source's size before it was reduced.
    init(_ image: Raster, sizes: [Size], stored: Size) throws(VipsFailure) {
        self.sizes = sizes
        self.stored = stored
        let isMixed = image.hasAlpha && sizes.contains { $0 != stored }
        let isWhole = sizes.contains(stored)
        whole = sizes.count > 1 && (isWhole || !isMixed) ? try image.inMemory() : image
        if isMixed {
            // Mixing pixels must not let transparent ones show.
            let multiplied = try whole.premultiplied()
            base = sizes.count > 1 ? try multiplied.inMemory() : multiplied
        } else {
            base = whole
        }
    }

    /// Whether the colours of ``scaled(to:)`` are multiplied by alpha. Those of the source's own size are not, so that
    /// nothing is lost of them, whatever other renditions there are.
    func isPremultiplied(at size: Size) -> Bool { whole.hasAlpha && size != stored }

    /// The source at another size. Ask for large ones first.
    func scaled(to size: Size) throws(VipsFailure) -> Raster {
        if size == stored { return whole }
        let twice = Size(width: size.width * 2, height: size.height * 2)
        let candidates = kept.filter { $0.size == size || $0.size.covers(twice) }
        let source = candidates.min { $0.size.area < $1.size.area } ?? base
        let result = try source.resized(to: size)
        guard result !== source, isNeededAgain(size) else { return result }
        kept.append(try result.inMemory())
        return kept[kept.count - 1]
    }

    private func isNeededAgain(_ size: Size) -> Bool {
        sizes.count { $0 == size } > 1
            || sizes.contains { size.covers(Size(width: $0.width * 2, height: $0.height * 2)) }
    }
}
