import SpoolJob

/// One change to an image of a rendition's own size.
protocol Step {
    /// - Parameter image: eight bits a sample, one or three bands and perhaps alpha; so is the result.
    func apply(to image: Raster) throws(VipsFailure) -> Raster
}

extension Rendition {
    /// What is done after the image has its size, in sharp's order, whatever the order of the keys.
    var steps: [any Step] {
        let steps: [(any Step)?] = [
            greyscale ? GreyscaleStep() : nil,
            median.map(MedianStep.init),
            threshold.map(ThresholdStep.init),
            blur.map(BlurStep.init),
            modulate.map(ModulateStep.init),
            sharpen.map(SharpenStep.init),
            linear.map(LinearStep.init),
            negate.map(NegateStep.init),
        ]
        return steps.compactMap(\.self)
    }
}
