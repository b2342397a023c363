import SpoolJob
import SpoolPlanes

/// Lays a picture over the image.
struct CompositeStep: Step {
    let overlay: Overlay
    let images: OverlayImages
    /// What the numbers of the rendition mean.
    let space: ColourSpace

    var description: String {
        let place =
            if let left = overlay.left, let top = overlay.top { "at \(left), \(top)" } else { overlay.gravity.rawValue }
        return "composite \(overlay.blend.rawValue) \(place)" + (overlay.tile ? ", tiled" : "")
    }

    /// Needs alpha and colours, which go again where they were not before.
    func result(of shape: ImageShape) -> ImageShape? { shape.isGreyscale || !shape.hasAlpha ? nil : shape }

    func apply(to image: Raster) throws(VipsFailure) -> Raster {
        var layer = try images.image(of: overlay)
        if let scale = overlay.scale { layer = try layer.scaled(toWidth: scale * Double(image.size.width)) }
        if space != .srgb { layer = try layer.convertedFromSRGB(for: image) }
        if overlay.opacity < 1 { layer = try layer.withAlpha(times: overlay.opacity) }
        let place = place(of: layer.size, on: image.size)
        if overlay.tile {
            layer = try layer.tiled(from: place, over: image.size)
        } else {
            layer = try layer.visible(at: place, on: image.size)
        }
        return try image.applying("composite2", input: "base") {
            $0.set("overlay", layer)
            $0.set(overlay.blend)
            $0.set("x", 0)
            $0.set("y", 0)
        }.eightBit()
    }

    private func place(of layer: Size, on image: Size) -> (left: Int, top: Int) {
        if let left = overlay.left, let top = overlay.top { return (left, top) }
        let position = Position(overlay.gravity)
        guard case .crop(let left, let top) = position.crop(image, to: layer) else { return (0, 0) }
        return (left, top)
    }
}

extension Position {
    fileprivate init(_ gravity: Gravity) {
        switch gravity {
        case .centre: self = .centre
        case .north: self = .north
        case .northeast: self = .northeast
        case .east: self = .east
        case .southeast: self = .southeast
        case .south: self = .south
        case .southwest: self = .southwest
        case .west: self = .west
        case .northwest: self = .northwest
        }
    }
}

extension Raster {
    /// An image with alpha, resized to this width.
    fileprivate func scaled(toWidth width: Double) throws(VipsFailure) -> Raster {
        let target = max(1, Int(width.rounded()))
        let height = max(1, Int((Double(size.height) * Double(target) / Double(size.width)).rounded()))
        let wanted = Size(width: target, height: height)
        guard wanted != size else { return self }
        return try premultiplied().resized(to: wanted).unpremultiplied().inMemory()
    }

    fileprivate func withAlpha(times factor: Double) throws(VipsFailure) -> Raster {
        try applying("linear") {
            $0.set("a", [1, 1, 1, factor])
            $0.set("b", [0, 0, 0, 0.5])
            $0.set("uchar", true)
        }
    }

    /// A layer of the size of the image below: what of this is visible at a place, and nothing around it.
    fileprivate func visible(at place: (left: Int, top: Int), on ground: Size) throws(VipsFailure) -> Raster {
        let isSeen =
            place.left < ground.width && place.top < ground.height
            && place.left + size.width > 0 && place.top + size.height > 0
        // libvips refuses to embed what is wholly outside.
        guard isSeen else {
            let nothing = try Operation("black")
            nothing.set("width", ground.width)
            nothing.set("height", ground.height)
            nothing.set("bands", 4)
            return try nothing.image().applying("copy") { $0.set("interpretation", member: "srgb") }
        }
        return try applying("embed") {
            $0.set("x", place.left)
            $0.set("y", place.top)
            $0.set("width", ground.width)
            $0.set("height", ground.height)
            $0.set("extend", member: "background")
            $0.set("background", [0.0, 0.0, 0.0, 0.0])
        }
    }

    /// A layer of copies, one of which lies at a place.
    fileprivate func tiled(from place: (left: Int, top: Int), over ground: Size) throws(VipsFailure) -> Raster {
        // How far the first copy begins before the ground.
        let before = (
            left: (size.width - place.left % size.width) % size.width,
            top: (size.height - place.top % size.height) % size.height
        )
        let (across, down) = (
            (ground.width + before.left + size.width - 1) / size.width,
            (ground.height + before.top + size.height - 1) / size.height
        )
        return try applying("replicate") {
            $0.set("across", across)
            $0.set("down", down)
        }.cropped(to: ground, left: before.left, top: before.top)
    }
}

extension Operation {
    fileprivate func set(_ mode: BlendMode) {
        switch mode {
        case .clear: set("mode", member: "clear")
        case .source: set("mode", member: "source")
        case .over: set("mode", member: "over")
        case .in: set("mode", member: "in")
        case .out: set("mode", member: "out")
        case .atop: set("mode", member: "atop")
        case .dest: set("mode", member: "dest")
        case .destOver: set("mode", member: "dest-over")
        case .destIn: set("mode", member: "dest-in")
        case .destOut: set("mode", member: "dest-out")
        case .destAtop: set("mode", member: "dest-atop")
        case .xor: set("mode", member: "xor")
        case .add: set("mode", member: "add")
        case .saturate: set("mode", member: "saturate")
        case .multiply: set("mode", member: "multiply")
        case .screen: set("mode", member: "screen")
        case .overlay: set("mode", member: "overlay")
        case .darken: set("mode", member: "darken")
        case .lighten: set("mode", member: "lighten")
        case .colourDodge: set("mode", member: "colour-dodge")
        case .colourBurn: set("mode", member: "colour-burn")
        case .hardLight: set("mode", member: "hard-light")
        case .softLight: set("mode", member: "soft-light")
        case .difference: set("mode", member: "difference")
        case .exclusion: set("mode", member: "exclusion")
        }
    }
}

extension BlendMode {
    /// Whether what is opaque below stays so, whatever is laid over it.
    var keepsOpaque: Bool {
        switch self {
        case .clear, .source, .in, .out, .destIn, .destOut, .destAtop, .xor: false
        default: true
        }
    }
}
