import SpoolJob

extension RenditionTask {
    /// What the source has and this rendition will not have.
    func losses(of header: SourceHeader) -> Set<Loss> {
        var losses: Set<Loss> = []
        if header.pages > frames, rendition.animated || header.pages > 1 { losses.insert(.animation) }
        if header.hasAlpha, !pipeline(fromPixelsOf: header.shape).shape.hasAlpha { losses.insert(.alpha) }
        if header.isDeep { losses.insert(.depth) }
        // Renditions have no CMYK.
        let isConverted = rendition.colourspace == .srgb || header.isCMYK && rendition.colourspace == .keep
        if !header.isSRGB, isConverted { losses.insert(.gamut) }
        if header.hasGainMap { losses.insert(.gainMap) }
        if header.metadata.contains(.icc), !has(.icc), isConverted { losses.insert(.icc) }
        for (kind, loss) in [(MetadataKind.exif, Loss.exif), (.xmp, .xmp), (.iptc, .iptc)] {
            if header.metadata.contains(kind), !has(kind) { losses.insert(loss) }
        }
        if header.hasPosition, rendition.withoutGps || !has(.exif) { losses.insert(.gps) }
        return losses
    }

    /// - Throws: ``ErrorCode/lossForbidden``
    func checkLosses(of header: SourceHeader) throws(JobError) {
        let lost = losses(of: header).intersection(rendition.forbidLoss)
        guard !lost.isEmpty else { return }
        let names = Loss.allCases.filter(lost.contains).map(\.rawValue).joined(separator: ", ")
        throw JobError(
            .lossForbidden,
            "renditions[\(index)] would lose \(names) of its source, which forbidLoss does not allow; change its format or "
                + "options, or take that out of forbidLoss")
    }

    /// Whether the file gets this kind of metadata.
    private func has(_ kind: MetadataKind) -> Bool {
        (rendition.keep.contains(kind) || rendition.keep.contains(.all)) && rendition.format.holds(kind)
    }
}

extension ImageFormat {
    /// Whether a file can say what its colours mean.
    var holdsProfile: Bool { self != .gif && self != .jp2 }

    /// Whether libvips writes this kind of metadata into files of the format.
    fileprivate func holds(_ kind: MetadataKind) -> Bool {
        switch (self, kind) {
        case (.gif, _), (.jp2, _): false
        case (.tiff, .exif): false
        case (.png, .iptc), (.webp, .iptc), (.avif, .iptc), (.jxl, .iptc): false
        case (.png, .exif), (.jxl, .exif), (.jxl, .xmp): VipsLibrary.isAtLeast(8, 16)
        default: true
        }
    }
}
