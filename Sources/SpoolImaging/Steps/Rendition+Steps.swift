import SpoolJob

extension Rendition {
    /// What the job asks for after the image has its size and before overlays, in sharp's order, whatever the order of the
    /// keys.
    var adjustments: [any Step] {
        let steps: [(any Step)?] = [
            greyscale ? GreyscaleStep() : nil,
            median.map(MedianStep.init),
            threshold.map(ThresholdStep.init),
            blur.map(BlurStep.init),
            modulate.map(ModulateStep.init),
            sharpen.map(SharpenStep.init),
        ]
        return steps.compactMap(\.self)
    }

    /// What it asks for after overlays, and before the alpha is settled.
    var corrections: [any Step] {
        let steps: [(any Step)?] = [
            (gammaOut ?? gamma).map(GammaStep.init),
            linear.map(LinearStep.init),
            normalise.map(NormaliseStep.init),
            clahe.map(LocalEqualisationStep.init),
            tint.map(TintStep.init),
        ]
        return steps.compactMap(\.self)
    }
}
