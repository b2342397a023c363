import SpoolInspection
import SpoolJob
import SpoolWire

/// Chooses the way from a source to its renditions.
struct Planner {
    /// What the header says.
    var header: SourceHeader
    var format: SourceFormat
    var failOn: FailOn
    /// The subsampling of a JPEG source that can be had in planes; nil otherwise.
    var planes: PlanesHeader?

    /// A source whose planes can be had.
    struct PlanesHeader: Equatable, Sendable {
        var size: Size
        /// nil for grey.
        var subsampling: Subsampling?
    }

    /// The planes of a whole picture lie in memory; a decoder to pixels keeps a strip of it. Beyond so many bytes that
    /// counts for more than speed.
    private static let mostPlaneBytes = 96 << 20

    func plan(_ tasks: [RenditionTask]) -> RenderPlan {
        if let reason = obstacle(tasks) {
            return .pixels(PixelsPlan(of: format, stored: header.size, needs: tasks.map(\.pixelsNeed)), reason: reason)
        }
        return .planes(
            PlanesPlan(
                factor: planesReduction(tasks).factor, orientation: tasks.first?.orientation ?? .upright,
                needs: tasks.map { $0.planesNeed(of: header) }))
    }

    private func planesReduction(_ tasks: [RenditionTask]) -> Reduction {
        Reduction(of: format, stored: header.size, needed: tasks.map { $0.decoded(of: header.size) })
    }

    /// Why the planes cannot be used, if they cannot.
    private func obstacle(_ tasks: [RenditionTask]) -> String? {
        guard format == .jpeg else { return "only JPEG files are stored in planes of brightness and colour" }
        guard let planes, planes.size == header.size else {
            return "this JPEG is not stored in brightness and colour of a usual subsampling"
        }
        guard failOn == .warning else { return "failOn lets damage pass, which libvips alone can weigh" }
        for task in tasks {
            if let reason = task.planesObstacle { return "renditions[\(task.index)] \(reason)" }
        }
        guard tasks.allSatisfy({ $0.orientation == tasks[0].orientation }) else {
            return "the renditions are turned in different ways"
        }
        let colour = planes.subsampling.map { 2 * header.size.area / $0.across / $0.down } ?? 0
        let factor = planesReduction(tasks).factor
        guard (header.size.area + colour) / factor / factor <= Self.mostPlaneBytes else {
            return "the planes would take more than 96 MB"
        }
        return nil
    }
}

extension RenditionTask {
    fileprivate var pixelsNeed: PixelsPlan.Need {
        PixelsPlan.Need(
            scaled: plan.scaled,
            version: PixelsPlan.Version(
                area: area, colourspace: rendition.colourspace, isAnimated: frames > 1, gamma: rendition.gamma,
                kernel: rendition.kernel),
            shrinksFast: rendition.fastShrinkOnLoad)
    }

    /// What keeps this rendition from being made of planes, as words that follow its name.
    fileprivate var planesObstacle: String? {
        if rendition.trim != nil { return "trims, and so looks at all pixels" }
        if rendition.gamma != nil { return "has gamma, which counts for red, green and blue" }
        if rendition.kernel != .lanczos3 { return "has a kernel other than lanczos3" }
        if !area.size.covers(plan.scaled) { return "is larger than the source" }
        return nil
    }

    /// How large the whole source must come from the decoder, so that the part that is used is large enough.
    fileprivate func decoded(of stored: Size) -> Size {
        let wanted = rendition.fastShrinkOnLoad ? plan.scaled : plan.scaled.doubled(upTo: area.size)
        return Size(
            width: (wanted.width * stored.width + area.size.width - 1) / area.size.width,
            height: (wanted.height * stored.height + area.size.height - 1) / area.size.height)
    }

    fileprivate func planesNeed(of header: SourceHeader) -> PlanesPlan.Need {
        let stored = header.size
        let scaled = orientation.swapsSides ? plan.scaled.transposed : plan.scaled
        let whole = orientation.swapsSides ? stored.transposed : stored
        let part = Plane.Region(
            left: Double(uprightArea.left) / Double(whole.width), top: Double(uprightArea.top) / Double(whole.height),
            width: Double(uprightArea.size.width) / Double(whole.width),
            height: Double(uprightArea.size.height) / Double(whole.height))
        var crop: Box?
        var isPlain = true
        switch plan.placement {
        case .asIs: break
        case .crop(let left, let top): crop = Box(left: left, top: top, size: plan.output)
        case .smartCrop, .embed: isPlain = false
        }
        var planar: Subsampling?
        if case .jpeg(let options) = rendition.encoding, isPlain, rendition.isPlain, header.isSRGB,
            PlanarEncoder.canWrite(options)
        {
            planar = options.chromaSubsampling == .full ? .full : .quarter
        }
        return PlanesPlan.Need(part: part, scaled: scaled, crop: crop, planar: planar)
    }
}
