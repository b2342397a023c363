import SpoolPlanes

/// One change to the image of a rendition: eight bits a sample, brightness or three colours, and perhaps alpha.
protocol Step: CustomStringConvertible {
    /// What it makes of an image of this shape, or nil if it has nothing to do.
    func result(of shape: ImageShape) -> ImageShape?
    /// - Parameter image: one for which there is a ``result(of:)``, which it keeps to.
    func apply(to image: Raster) throws(VipsFailure) -> Raster
}

/// A step that only changes the values of samples.
protocol SampleStep: Step {}

extension SampleStep {
    func result(of shape: ImageShape) -> ImageShape? { shape }
}

/// The steps from a resized image to the one that is encoded, decided before there are pixels.
struct Pipeline {
    private(set) var steps: [any Step] = []
    /// What comes out.
    private(set) var shape: ImageShape
    /// The largest size on the way.
    private(set) var largest: Size
    /// What cannot be done, as words that follow the rendition's name: "extractAfter reaches to …".
    var problem: String?

    init(_ shape: ImageShape) {
        self.shape = shape
        largest = shape.size
    }

    /// Adds a step, unless it has nothing to do.
    mutating func add(_ step: any Step) {
        guard let result = step.result(of: shape) else { return }
        steps.append(step)
        shape = result
        if result.size.area > largest.area { largest = result.size }
    }

    mutating func add(_ steps: [any Step]) {
        for step in steps { add(step) }
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        var image = image
        for step in steps { image = try step.apply(to: image) }
        assert(image.size == shape.size && image.bands == shape.bands, "\(steps): \(image.size) × \(image.bands)")
        return image
    }
}
