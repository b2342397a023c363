import SpoolJob
import SpoolPlanes

/// Divides colours by alpha, by which they were multiplied for resizing.
struct UnpremultiplyStep: Step {
    var description: String { "divide colours by alpha" }

    func result(of shape: ImageShape) -> ImageShape? { shape.hasAlpha ? shape : nil }
    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.unpremultiplied() }
}

/// Replaces alpha by a ground of one colour.
struct FlattenStep: Step {
    let background: Background

    var description: String { "flatten on \(background.colour.hexadecimal)" }

    func result(of shape: ImageShape) -> ImageShape? {
        shape.hasAlpha ? shape.with(\.hasAlpha, false) : nil
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        try image.flattened(on: background.values(in: image, bands: image.bands - 1))
    }
}

/// Shows the colours that alpha hid.
struct RemoveAlphaStep: Step {
    var description: String { "take alpha away" }

    func result(of shape: ImageShape) -> ImageShape? {
        shape.hasAlpha ? shape.with(\.hasAlpha, false) : nil
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster { try image.firstBands(image.bands - 1) }
}

/// Gives an image without alpha one that is the same everywhere.
struct EnsureAlphaStep: Step {
    /// 0 to 1.
    let alpha: Double

    var description: String { "add an alpha of \(alpha)" }

    func result(of shape: ImageShape) -> ImageShape? {
        !shape.hasAlpha ? shape.with(\.hasAlpha, true) : nil
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        try image.withAlpha(alpha)
    }
}
