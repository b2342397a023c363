import SpoolInspection
import SpoolJob
import SpoolPlanes
import SpoolWire

/// One rendition of a job: what to do with the decoded image.
struct RenditionTask {
    var layout: RenditionLayout
    /// How many are made; 1 of what does not move.
    var frames: Int
    var encoder: Encoder
    let overlays: OverlayImages

    var index: Int { layout.index }
    var rendition: Rendition { layout.rendition }
    var orientation: Orientation { layout.orientation }
    var area: Box { layout.area }
    var plan: ResizePlan { layout.plan }
    private var background: Background { Background(colour: rendition.background, space: rendition.colourspace) }

    /// - Parameters:
    ///   - format: the source's.
    ///   - overlays: the job's, loaded before the steps are applied.
    ///   - upright: how the source is turned to be seen as it was taken.
    ///   - frames: how many an animated rendition has.
    ///   - trimmed: the part inside its edges, seen upright, if the rendition trims.
    /// - Throws: what the rendition asks for and cannot have of this source, or from the installed libraries.
    init(
        _ index: Int, _ rendition: Rendition, _ format: SourceFormat, _ header: SourceHeader, _ overlays: OverlayImages,
        upright: Orientation, trimmed: Box?, frames: Int
    ) throws(JobError) {
        self.overlays = overlays
        self.frames = rendition.animated ? frames : 1
        layout = try RenditionLayout(
            index, rendition, stored: header.size, upright: upright, trimmed: trimmed,
            isPlain: rendition.isPlain)
        encoder = try Encoder(rendition)
        encoder.isPhotograph = format == .jpeg || format == .heic
        try rendition.kernel.check(index)
    }

    /// From the used part at the size of the plan, as stored.
    /// - Parameters:
    ///   - source: the shape of the source's pixels.
    func pipeline(fromPixelsOf source: ImageShape) -> Pipeline {
        var scaled = source
        scaled.size = plan.scaled
        var pipeline = Pipeline(scaled)
        if needsAnyOrder { pipeline.add(KeepStep()) }
        pipeline.add(TurnStep(orientation: orientation))
        // What has the source's own size was not mixed, and so not multiplied.
        if plan.scaled != area.size { pipeline.add(UnpremultiplyStep()) }
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
        // Of the size already, what was cut is not cut again.
        finish(&pipeline)
        return pipeline
    }

    /// Everything after resizing, in sharp's order, whatever the order of the keys.
    private func finish(_ pipeline: inout Pipeline) {
        suit(&pipeline)
        place(&pipeline)
        if let angle = rendition.obliqueAngle {
            makeRoom(&pipeline)
            pipeline.add(RotateStep(degrees: angle, background: background))
        }
        cutAgain(&pipeline)
        if let extend = rendition.extend {
            if extend.extendWith == .background { makeRoom(&pipeline) }
            pipeline.add(ExtendStep(edges: extend, background: background))
        }
        pipeline.add(rendition.adjustments)
        layOver(&pipeline)
        pipeline.add(rendition.corrections)
        if rendition.removeAlpha { pipeline.add(RemoveAlphaStep()) }
        if let alpha = rendition.ensureAlpha, rendition.encoding.hasAlpha {
            pipeline.add(EnsureAlphaStep(alpha: alpha))
        }
        if let negation = rendition.negate { pipeline.add(NegateStep(negation: negation)) }
        if rendition.encoding.isGreyscale {
            pipeline.add(GreyscaleStep())
        } else if !rendition.format.keepsGreyscale {
            pipeline.add(ColourStep())
        }
    }

    /// Gives the image the alpha that the format takes, and colours that its background needs.
    private func suit(_ pipeline: inout Pipeline) {
        guard pipeline.shape.hasAlpha, rendition.flatten || !rendition.encoding.hasAlpha else { return }
        if !rendition.background.isNeutral { pipeline.add(ColourStep()) }
        pipeline.add(FlattenStep(background: background))
    }

    /// Gives the image the colours and the alpha that pixels of the background need.
    private func makeRoom(_ pipeline: inout Pipeline) {
        if !rendition.background.isNeutral { pipeline.add(ColourStep()) }
        if rendition.background.alpha < 1 && rendition.encoding.hasAlpha && !rendition.flatten {
            pipeline.add(EnsureAlphaStep(alpha: 1))
        }
    }

    private func place(_ pipeline: inout Pipeline) {
        switch plan.placement {
        case .asIs: break
        case .crop(let left, let top): pipeline.add(CropStep(box: Box(left: left, top: top, size: plan.output)))
        case .smartCrop(let interest): pipeline.add(SmartCropStep(interest: interest, size: plan.output))
        case .embed(let left, let top):
            makeRoom(&pipeline)
            pipeline.add(
                EmbedStep(
                    box: Box(left: left, top: top, size: plan.output), background: background, mode: .background))
        }
    }

    private func layOver(_ pipeline: inout Pipeline) {
        guard !rendition.composite.isEmpty else { return }
        let wasOpaque = !pipeline.shape.hasAlpha
        pipeline.add(ColourStep())
        pipeline.add(EnsureAlphaStep(alpha: 1))
        for overlay in rendition.composite {
            pipeline.add(CompositeStep(overlay: overlay, images: overlays, space: rendition.colourspace))
        }
        guard wasOpaque else { return }
        if rendition.composite.allSatisfy(\.blend.keepsOpaque) {
            pipeline.add(RemoveAlphaStep())
        } else if rendition.flatten || !rendition.encoding.hasAlpha {
            pipeline.add(FlattenStep(background: background))
        }
    }

    private func cutAgain(_ pipeline: inout Pipeline) {
        guard let area = rendition.extractAfter else { return }
        let box = Box(area)
        guard Box(all: pipeline.shape.size).contains(box) else {
            pipeline.problem =
                "extractAfter reaches to \(box.right), \(box.bottom), but the rendition is \(pipeline.shape.size) by then"
            return
        }
        pipeline.add(CropStep(box: box))
    }

    /// Turning and looking for the best part read pixels in another order than a decoder delivers them, or twice. And a
    /// crop that leaves the bottom out must not keep the decoder from its damage: a broken source is an error wherever
    /// it is broken.
    var needsAnyOrder: Bool {
        if orientation.quarterTurns != 0 || rendition.readsInAnyOrder { return true }
        return switch plan.placement {
        case .smartCrop: true
        case .crop(_, let top): top + plan.output.height < plan.scaled.height
        case .asIs, .embed: false
        }
    }
}

extension RenditionTask {
    /// Whether the source's own bytes could stand for the rendition: the same pixels in the same format, and nothing beside
    /// them that would have to go.
    func equalsSource(_ format: SourceFormat, _ header: SourceHeader) -> Bool {
        let steps = pipeline(fromPixelsOf: header.shape).steps
        var kept = rendition.keep.contains(.all) ? Set(MetadataKind.allCases) : rendition.keep
        let keepsColours = rendition.colourspace == .keep && !header.isCMYK
        // Such a file has its profile whatever is kept beside it.
        if keepsColours { kept.insert(.icc) }
        return format.rawValue == rendition.format.rawValue && header.pages == 1 && orientation == .upright
            && header.orientation == .upright && area.size == header.size && plan.scaled == header.size
            && rendition.gamma == nil
            && (keepsColours || rendition.colourspace == .srgb && header.isSRGB) && !header.isDeep
            && rendition.density == nil
            && steps.allSatisfy { $0 is KeepStep } && header.metadata.isSubset(of: kept)
            && !(header.hasPosition && rendition.withoutGps) && !header.hasGainMap
    }
}

extension Rendition {
    /// Whether a step after resizing reads pixels in another order, twice, or not all of them.
    fileprivate var readsInAnyOrder: Bool {
        obliqueAngle != nil || extractAfter != nil || normalise != nil || clahe != nil
            || extend.map { $0.extendWith != .background } ?? false
    }
}

extension Rendition {
    /// Whether the resized, cut picture is all that is in the file, without a change to it.
    fileprivate var isPlain: Bool {
        obliqueAngle == nil && extractAfter == nil && extend == nil && adjustments.isEmpty && negate == nil
            && corrections.isEmpty && composite.isEmpty && keep.isEmpty && colourspace == .srgb && density == nil
            && maxBytes == nil && encoding.format == .jpeg
    }
}

extension Kernel {
    /// - Throws: ``ErrorCode/optionUnsupported``, if the installed libvips does not have it.
    fileprivate func check(_ index: Int) throws(JobError) {
        guard self == .mks2013 || self == .mks2021, !VipsLibrary.isAtLeast(8, 17) else { return }
        throw JobError(
            .optionUnsupported,
            "renditions[\(index)].kernel: the installed libvips \(VipsLibrary.version) has no \(rawValue), which came with "
                + "8.17; use lanczos3")
    }
}
