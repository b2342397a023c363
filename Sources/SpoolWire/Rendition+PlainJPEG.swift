package import SpoolJob

extension JPEGOptions {
    package var isProgressive: Bool { progressive || mozjpeg || optimiseScans }

    /// Whether it asks for what only mozjpeg has.
    package var needsMozjpeg: Bool {
        mozjpeg || trellisQuantisation || overshootDeringing || optimiseScans || quantisationTable > 0
    }
}

extension Rendition {
    /// Whether it is a JPEG in which all there is is the picture, resized, cut and turned by quarters, as TurboJPEG writes
    /// it. Keys that are not listed here must have their defaults.
    package var isPlainJPEG: Bool {
        guard case .jpeg(let options) = encoding, options.optimiseCoding, !options.needsMozjpeg,
            (rotate / 90).rounded() == rotate / 90, fit != .contain, position != .entropy, position != .attention
        else { return false }
        var plain = Rendition(
            path: path, format: .jpeg, width: width, height: height, fit: fit, position: position,
            background: background, withoutEnlargement: withoutEnlargement)
        plain.encoding = encoding
        plain.overwrite = overwrite
        plain.withoutReduction = withoutReduction
        plain.dpr = dpr
        plain.fastShrinkOnLoad = fastShrinkOnLoad
        (plain.rotate, plain.flip, plain.flop) = (rotate, flip, flop)
        plain.extract = extract
        plain.withoutGps = withoutGps
        plain.forbidLoss = forbidLoss
        return self == plain
    }
}

extension RenderRequest {
    /// Whether a renderer that knows JPEG alone can carry it out, if the source is one.
    package var isForJPEG: Bool { input.page == 0 && renditions.allSatisfy(\.isPlainJPEG) }
}
