import SpoolJob
import SpoolPlanes

extension RenditionTask {
    /// What the source has and this rendition will not have.
    func losses(of header: SourceHeader) -> Set<Loss> {
        layout.losses(
            of: header, frames: frames,
            hasAlpha: header.hasAlpha && pipeline(fromPixelsOf: header.shape).shape.hasAlpha,
            kept: Set(MetadataKind.allCases.filter(has)))
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
