import SpoolJob

/// The decoded source, and what has been resized of it by the plan.
final class Cascade {
    private let plan: PixelsPlan
    private let stored: Size
    /// The source as it is, for renditions of its own size.
    private let whole: Raster
    /// What the other renditions are made of.
    private let base: Raster
    private var kept: [Int: Raster] = [:]

    /// - Parameter stored: the source's size before it was reduced.
    init(_ image: Raster, _ plan: PixelsPlan, stored: Size) throws(VipsFailure) {
        self.plan = plan
        self.stored = stored
        let isMixed = image.hasAlpha && !plan.resizes.isEmpty
        whole = plan.hasSeveral && (plan.usesSourceSize || !isMixed) ? try image.inMemory() : image
        if isMixed {
            // Mixing pixels must not let transparent ones show.
            let multiplied = try whole.premultiplied()
            base = plan.hasSeveral ? try multiplied.inMemory() : multiplied
        } else {
            base = whole
        }
    }

    /// The source at one of the sizes of the plan. Ask for large ones first. Colours are multiplied by alpha but for the
    /// source's own size, so that nothing is lost of them, whatever other renditions there are.
    func scaled(to size: Size) throws(VipsFailure) -> Raster {
        if size == stored { return whole }
        guard let number = plan.resizes.firstIndex(where: { $0.size == size }) else {
            return try base.resized(to: size)
        }
        if let known = kept[number] { return known }
        let resize = plan.resizes[number]
        let source = resize.origin.flatMap { kept[$0] } ?? base
        let result = try source.resized(to: size)
        guard result !== source, resize.isShared else { return result }
        let shared = try result.inMemory()
        kept[number] = shared
        return shared
    }
}
