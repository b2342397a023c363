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

    /// From the source at the size of the plan, as stored.
    /// - Parameters:
    ///   - source: the shape of the source's pixels.
    func pipeline(fromPixelsOf source: ImageShape) -> Pipeline {
        var scaled = source
        scaled.size = plan.scaled
        var pipeline = Pipeline(scaled)
        if needsAnyOrder { pipeline.add(KeepStep()) }
        pipeline.add(TurnStep(orientation: orientation))
        // What has the source's own size was not mixed, and so not multiplied.
        if plan.scaled != source.size { pipeline.add(UnpremultiplyStep()) }
        suit(&pipeline)
        place(&pipeline)
        finish(&pipeline)
        return pipeline
    }

    /// From pixels that were made of resized planes: upright, and cut already unless the cut depends on what is in the
    /// picture.
    func pipeline(fromPlanesOf source: ImageShape) -> Pipeline {
        var upright = source
        upright.size = orientation.swapsSides ? plan.scaled.transposed : plan.scaled
        if case .crop = plan.placement { upright.size = plan.output }
        var pipeline = Pipeline(upright)
        suit(&pipeline)
        // Of the size already, what was cut is not cut again.
        place(&pipeline)
        finish(&pipeline)
        return pipeline
    }

    /// Gives the image the colours and the alpha that the format takes.
    private func suit(_ pipeline: inout Pipeline) {
        let losesAlpha = pipeline.shape.hasAlpha && !rendition.encoding.hasAlpha
        let usesBackground = rendition.fit == .contain || losesAlpha
        if !rendition.format.keepsGreyscale || usesBackground && !rendition.background.isNeutral {
            pipeline.add(ColourStep())
        }
        if losesAlpha { pipeline.add(FlattenStep(background: rendition.background)) }
    }

    private func place(_ pipeline: inout Pipeline) {
        switch plan.placement {
        case .asIs: break
        case .crop(let left, let top): pipeline.add(CropStep(left: left, top: top, size: plan.output))
        case .smartCrop(let interest): pipeline.add(SmartCropStep(interest: interest, size: plan.output))
        case .embed(let left, let top):
            if rendition.background.alpha < 1 && rendition.encoding.hasAlpha { pipeline.add(OpaqueAlphaStep()) }
            pipeline.add(EmbedStep(left: left, top: top, size: plan.output, background: rendition.background))
        }
    }

    private func finish(_ pipeline: inout Pipeline) {
        pipeline.add(rendition.adjustments)
        if rendition.encoding.isGreyscale { pipeline.add(GreyscaleStep()) }
        if !rendition.format.keepsGreyscale && !rendition.encoding.isGreyscale { pipeline.add(ColourStep()) }
    }

    /// Turning and looking for the best part read pixels in another order than a decoder delivers them, or twice. And a
    /// crop that leaves the bottom out must not keep the decoder from its damage: a broken source is an error wherever
    /// it is broken.
    var needsAnyOrder: Bool {
        switch plan.placement {
        case .smartCrop: true
        case .crop(_, let top): orientation.quarterTurns != 0 || top + plan.output.height < plan.scaled.height
        case .asIs, .embed: orientation.quarterTurns != 0
        }
    }
}
