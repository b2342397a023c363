import Glibc
import SpoolJob
import SpoolPlanes

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
    let box: Box

    var description: String { "crop to \(box)" }

    func result(of shape: ImageShape) -> ImageShape? {
        shape.size != box.size ? shape.with(\.size, box.size) : nil
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        try image.cropped(to: box.size, left: box.left, top: box.top)
    }
}

/// Cuts to the part that the image itself suggests.
struct SmartCropStep: Step {
    let interest: ResizePlan.Interest
    let size: Size

    var description: String { "crop to \(size) by \(interest)" }

    func result(of shape: ImageShape) -> ImageShape? {
        shape.with(\.size, size)
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
    /// Its size is the ground's.
    let box: Box
    let background: Background
    let mode: ExtendMode

    var description: String { "place on \(box)" + (mode == .background ? "" : ", \(mode.rawValue) around") }

    func result(of shape: ImageShape) -> ImageShape? {
        shape.with(\.size, box.size)
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        let colour = try background.values(in: image, bands: image.bands)
        return try image.applying("embed") {
            $0.set("x", box.left)
            $0.set("y", box.top)
            $0.set("width", box.size.width)
            $0.set("height", box.size.height)
            switch mode {
            case .background:
                $0.set("extend", member: "background")
                $0.set("background", colour)
            case .copy: $0.set("extend", member: "copy")
            case .repeat: $0.set("extend", member: "repeat")
            case .mirror: $0.set("extend", member: "mirror")
            }
        }
    }
}

/// Adds pixels around the image.
struct ExtendStep: Step {
    let edges: Extension
    let background: Background

    var description: String {
        "extend by \(edges.top), \(edges.right), \(edges.bottom), \(edges.left) with \(edges.extendWith.rawValue)"
    }

    func result(of shape: ImageShape) -> ImageShape? {
        var shape = shape
        shape.size.width += edges.left + edges.right
        shape.size.height += edges.top + edges.bottom
        return shape
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        let size = Size(
            width: image.size.width + edges.left + edges.right, height: image.size.height + edges.top + edges.bottom)
        let box = Box(left: edges.left, top: edges.top, size: size)
        return try EmbedStep(box: box, background: background, mode: edges.extendWith).apply(to: image)
    }
}

/// Turns by any angle, clockwise, on a ground that holds all of the image.
struct RotateStep: Step {
    let degrees: Double
    let background: Background

    var description: String { "rotate by \(degrees)°" }

    func result(of shape: ImageShape) -> ImageShape? {
        let radians = degrees * .pi / 180
        let (cosine, sine) = (abs(cos(radians)), abs(sin(radians)))
        let (width, height) = (Double(shape.size.width), Double(shape.size.height))
        var shape = shape
        // As libvips rounds the rectangle around the turned one.
        shape.size = Size(
            width: Int((width * cosine + height * sine).rounded()),
            height: Int((width * sine + height * cosine).rounded()))
        return shape
    }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        // Pixels are mixed along the edges: transparent ones must not show.
        let source = image.hasAlpha ? try image.premultiplied() : image
        var colour = try background.values(in: image, bands: image.bands)
        if image.hasAlpha { for band in colour.indices.dropLast() { colour[band] *= background.colour.alpha } }
        let turned = try source.applying("rotate") {
            $0.set("angle", degrees)
            $0.set("background", colour)
        }
        return image.hasAlpha ? try turned.unpremultiplied() : turned
    }
}
