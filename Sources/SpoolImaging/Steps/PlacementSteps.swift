import SpoolJob

/// Computes all pixels, so that what follows may read them in any order.
struct KeepStep: SampleStep {
    var description: String { "keep all pixels in memory" }

    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.inMemory() }
}

struct TurnStep: Step {
    let orientation: Orientation

    var description: String { orientation.description }

    func result(of shape: ImageShape) -> ImageShape? {
        guard orientation != .upright else { return nil }
        var shape = shape
        if orientation.swapsSides { shape.size = shape.size.transposed }
        return shape
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.turned(orientation) }
}

struct CropStep: Step {
    let left, top: Int
    let size: Size

    var description: String { "crop to \(size) at \(left), \(top)" }

    func result(of shape: ImageShape) -> ImageShape? {
        guard shape.size != size else { return nil }
        var shape = shape
        shape.size = size
        return shape
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.cropped(to: size, left: left, top: top) }
}

/// Cuts to the part that the image itself suggests.
struct SmartCropStep: Step {
    let interest: ResizePlan.Interest
    let size: Size

    var description: String { "crop to \(size) by \(interest)" }

    func result(of shape: ImageShape) -> ImageShape? {
        var shape = shape
        shape.size = size
        return shape
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        try image.applying("smartcrop", input: "input") {
            $0.set("width", size.width)
            $0.set("height", size.height)
            switch interest {
            case .entropy: $0.set("interesting", member: "entropy")
            case .attention: $0.set("interesting", member: "attention")
            }
        }
    }
}

/// Places the image on a larger ground.
struct EmbedStep: Step {
    let left, top: Int
    let size: Size
    let background: Colour

    var description: String { "place on \(size) at \(left), \(top)" }

    func result(of shape: ImageShape) -> ImageShape? {
        var shape = shape
        shape.size = size
        return shape
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        try image.embedded(in: size, left: left, top: top, background: background.bands(image.bands))
    }
}
