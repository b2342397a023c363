import SpoolCore

/// The decoded source, and what has been resized of it for reuse.
///
/// One rendition streams from the decoder. For several the source is decoded once, into memory; from the largest
/// down, each is made of the smallest image there is that has at least twice its sides. That is the factor that
/// libvips, too, leaves for the kernel when it shrinks in whole steps first. Renditions of one size, in several
/// formats, are resized once.
final class Cascade {
    private let base: Raster
    /// Of all renditions.
    private let sizes: [Size]
    private var kept: [Raster] = []
    /// Colours are multiplied by alpha.
    let isPremultiplied: Bool

    /// - Parameters:
    ///   - sizes: what will be asked for, in any order.
    ///   - stored: the source's size before it was reduced.
    init(_ image: Raster, sizes: [Size], stored: Size) throws(VipsFailure) {
        self.sizes = sizes
        // Mixing pixels must not let transparent ones show.
        isPremultiplied = image.hasAlpha && sizes.contains { $0 != stored }
        let prepared = isPremultiplied ? try image.premultiplied() : image
        base = sizes.count > 1 ? try prepared.inMemory() : prepared
    }

    /// The source at another size. Ask for large ones first.
    func scaled(to size: Size) throws(VipsFailure) -> Raster {
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
