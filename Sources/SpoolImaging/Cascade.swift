import SpoolJob
import SpoolPlanes

/// One version of the decoded source, and what has been resized of it by the plan.
final class Cascade {
    private let strand: PixelsPlan.Strand
    /// Nil to have libvips resize everything.
    private let bands: BandResize?
    /// The version as it is, for renditions of its own size.
    private let whole: Raster
    /// What the other renditions are made of.
    private let base: Raster
    private var kept: [Int: Raster] = [:]

    /// - Parameters:
    ///   - image: the decoded source, in memory if the plan needs the whole of it.
    ///   - bands: nil to have libvips resize everything.
    init(
        _ image: Raster, _ strand: PixelsPlan.Strand, stored: Size, _ bands: BandResize?
    ) throws(VipsFailure) {
        self.strand = strand
        self.bands = bands
        let image = try image.version(strand.version, stored: stored)
        let isMixed = image.hasAlpha && !strand.resizes.isEmpty
        whole = strand.hasSeveral && (strand.usesOwnSize || !isMixed) ? try image.inMemory() : image
        if isMixed {
            // Mixing pixels must not let transparent ones show.
            let multiplied = try whole.premultiplied()
            base = strand.hasSeveral ? try multiplied.inMemory() : multiplied
        } else {
            base = whole
        }
    }

    /// The version at one of the sizes of the plan. Ask for large ones first. Colours are multiplied by alpha but for the
    /// version's own size, so that nothing is lost of them, whatever other renditions there are.
    func scaled(to size: Size) throws(VipsFailure) -> Raster {
        if size == strand.version.area.size { return whole }
        guard let number = strand.resizes.firstIndex(where: { $0.size == size }) else {
            return try resized(base, to: size)
        }
        if let known = kept[number] { return known }
        let resize = strand.resizes[number]
        let source = resize.origin.flatMap { kept[$0] } ?? base
        let result = try resized(source, to: size)
        guard result !== source, resize.isShared else { return result }
        let shared = try result.inMemory()
        kept[number] = shared
        return shared
    }

    private func resized(_ image: Raster, to size: Size) throws(VipsFailure) -> Raster {
        let kernel = strand.version.kernel
        guard let bands, image.isEightBit, BandResize.suits(image.size, to: size, bands: image.bands, kernel) else {
            return try image.resized(to: size, by: kernel)
        }
        return try bands.resize(image, to: size)
    }
}

extension Raster {
    fileprivate func version(_ version: PixelsPlan.Version, stored: Size) throws(VipsFailure) -> Raster {
        var image = self
        if version.area.size != stored {
            image = try image.cropped(to: version.area.size, left: version.area.left, top: version.area.top)
        }
        return try version.gamma.map { gamma throws(VipsFailure) in try image.withGamma(1 / gamma) } ?? image
    }
}
