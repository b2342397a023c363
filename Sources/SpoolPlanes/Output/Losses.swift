package import SpoolJob

extension RenditionLayout {
    /// What the source has and this rendition will not have.
    /// - Parameters:
    ///   - frames: how many the rendition has.
    ///   - hasAlpha: whether it has transparency.
    ///   - kept: what its file has beside the pixels.
    package func losses(of header: SourceHeader, frames: Int, hasAlpha: Bool, kept: Set<MetadataKind>) -> Set<Loss> {
        var losses: Set<Loss> = []
        if header.pages > frames, rendition.animated || header.pages > 1 { losses.insert(.animation) }
        if header.hasAlpha, !hasAlpha { losses.insert(.alpha) }
        if header.isDeep { losses.insert(.depth) }
        // Renditions have no CMYK.
        let isConverted = rendition.colourspace == .srgb || header.isCMYK && rendition.colourspace == .keep
        if !header.isSRGB, isConverted { losses.insert(.gamut) }
        if header.hasGainMap { losses.insert(.gainMap) }
        if header.metadata.contains(.icc), !kept.contains(.icc), isConverted { losses.insert(.icc) }
        for (kind, loss) in [(MetadataKind.exif, Loss.exif), (.xmp, .xmp), (.iptc, .iptc)] {
            if header.metadata.contains(kind), !kept.contains(kind) { losses.insert(loss) }
        }
        if header.hasPosition, rendition.withoutGps || !kept.contains(.exif) { losses.insert(.gps) }
        return losses
    }

    /// - Parameter losses: of this rendition.
    /// - Throws: ``ErrorCode/lossForbidden``
    package func check(_ losses: Set<Loss>) throws(JobError) {
        let lost = losses.intersection(rendition.forbidLoss)
        guard !lost.isEmpty else { return }
        let names = Loss.allCases.filter(lost.contains).map(\.rawValue).joined(separator: ", ")
        throw JobError(
            .lossForbidden,
            "renditions[\(index)] would lose \(names) of its source, which forbidLoss does not allow; change its format or "
                + "options, or take that out of forbidLoss")
    }
}
