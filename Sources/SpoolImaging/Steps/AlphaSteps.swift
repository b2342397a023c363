import SpoolJob

/// Divides colours by alpha, by which they were multiplied for resizing.
struct UnpremultiplyStep: Step {
    var description: String { "divide colours by alpha" }

    func result(of shape: ImageShape) -> ImageShape? { shape.hasAlpha ? shape : nil }
    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.unpremultiplied() }
}

/// Replaces alpha by a ground of one colour.
struct FlattenStep: Step {
    let background: Colour

    var description: String { "flatten on \(background.hexadecimal)" }

    func result(of shape: ImageShape) -> ImageShape? {
        guard shape.hasAlpha else { return nil }
        var shape = shape
        shape.hasAlpha = false
        return shape
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        try image.flattened(on: background.bands(image.bands - 1))
    }
}

struct OpaqueAlphaStep: Step {
    var description: String { "add an opaque alpha" }

    func result(of shape: ImageShape) -> ImageShape? {
        guard !shape.hasAlpha else { return nil }
        var shape = shape
        shape.hasAlpha = true
        return shape
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.withOpaqueAlpha() }
}
