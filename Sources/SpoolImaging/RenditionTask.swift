import CVips
import SpoolJob

/// One rendition of a job: what to do with the decoded image.
struct RenditionTask {
    /// Its place in the job, for messages.
    var index: Int
    var rendition: Rendition
    /// How the stored image is turned for it.
    var orientation: Orientation
    var plan: ResizePlan
    var encoder: Encoder

    /// The image as it will be encoded; pixels are computed when they are asked for.
    func image(from cascade: Cascade) throws(VipsFailure) -> Raster {
        var image = try cascade.scaled(to: plan.scaled)
        if needsAnyOrder { image = try image.inMemory() }
        image = try image.turned(orientation)
        if cascade.isPremultiplied(at: plan.scaled) { image = try image.unpremultiplied() }
        return try finished(placed(suited(image)))
    }

    /// The image as it will be encoded, made of one that came from planes: upright, and cut already unless the cut
    /// depends on what is in the picture.
    func image(fromPlanes image: Raster) throws(VipsFailure) -> Raster {
        let image = try suited(image)
        if case .crop = plan.placement { return try finished(image) }
        return try finished(placed(image))
    }

    private func finished(_ image: Raster) throws(VipsFailure) -> Raster {
        var image = image
        for step in rendition.steps { image = try step.apply(to: image) }
        return rendition.format.keepsGreyscale ? image : try image.colourful()
    }

    /// The image with the colours and the alpha that the format takes.
    private func suited(_ image: Raster) throws(VipsFailure) -> Raster {
        var image = image
        if !rendition.format.keepsGreyscale || usesBackground(of: image) && !rendition.background.isNeutral {
            image = try image.colourful()
        }
        if image.hasAlpha && !rendition.format.hasAlpha {
            image = try image.flattened(on: rendition.background.bands(image.bands - 1))
        }
        return image
    }

    /// Turning and looking for the best part read pixels in another order than a decoder delivers them, or twice. And a
    /// crop that leaves the bottom out must not keep the decoder from its damage: a broken source is an error wherever
    /// it is broken.
    private var needsAnyOrder: Bool {
        switch plan.placement {
        case .smartCrop: true
        case .crop(_, let top): orientation.quarterTurns != 0 || top + plan.output.height < plan.scaled.height
        case .asIs, .embed: orientation.quarterTurns != 0
        }
    }

    private func usesBackground(of image: Raster) -> Bool {
        rendition.fit == .contain || image.hasAlpha && !rendition.format.hasAlpha
    }

    private func placed(_ image: Raster) throws(VipsFailure) -> Raster {
        switch plan.placement {
        case .asIs:
            return image
        case .crop(let left, let top):
            return try image.cropped(to: plan.output, left: left, top: top)
        case .smartCrop(let interest):
            return try image.applying("smartcrop", input: "input") {
                $0.set("width", plan.output.width)
                $0.set("height", plan.output.height)
                switch interest {
                case .entropy: $0.set("interesting", member: "entropy")
                case .attention: $0.set("interesting", member: "attention")
                }
            }
        case .embed(let left, let top):
            let isOpaque = rendition.background.alpha == 1 || !rendition.format.hasAlpha
            let ground = isOpaque || image.hasAlpha ? image : try image.withOpaqueAlpha()
            let colour = rendition.background.bands(ground.bands)
            return try ground.embedded(in: plan.output, left: left, top: top, background: colour)
        }
    }
}
