import SpoolJob

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
        let pixels = PixelsPlan(of: format, stored: header.size, sizes: tasks.map(\.plan.scaled))
        if let reason = obstacle(tasks, pixels.reduction) { return .pixels(pixels, reason: reason) }
        return .planes(
            PlanesPlan(
                factor: pixels.reduction.factor, orientation: tasks.first?.orientation ?? .upright,
                needs: tasks.map(\.need)))
    }

    /// Why the planes cannot be used, if they cannot.
    private func obstacle(_ tasks: [RenditionTask], _ reduction: Reduction) -> String? {
        guard format == .jpeg else { return "only JPEG files are stored in planes of brightness and colour" }
        guard let planes, planes.size == header.size else {
            return "this JPEG is not stored in brightness and colour of a usual subsampling"
        }
        guard failOn == .warning else { return "failOn lets damage pass, which libvips alone can weigh" }
        guard header.isSRGB else { return "the colour profile is not sRGB" }
        let enlarged = tasks.first { !header.size.covers($0.plan.scaled) }
        if let enlarged { return "renditions[\(enlarged.index)] is larger than the source" }
        guard tasks.allSatisfy({ $0.orientation == tasks[0].orientation }) else {
            return "the renditions are turned in different ways"
        }
        let colour = planes.subsampling.map { 2 * header.size.area / $0.across / $0.down } ?? 0
        let samples = (header.size.area + colour) / reduction.factor / reduction.factor
        guard samples <= Self.mostPlaneBytes else { return "the planes would take more than 96 MB" }
        return nil
    }
}

extension RenditionTask {
    fileprivate var need: PlanesPlan.Need {
        let scaled = orientation.swapsSides ? plan.scaled.transposed : plan.scaled
        var crop: PlanarImage.Crop?
        var isPlain = true
        switch plan.placement {
        case .asIs: break
        case .crop(let left, let top): crop = PlanarImage.Crop(left: left, top: top, size: plan.output)
        case .smartCrop, .embed: isPlain = false
        }
        var planar: Subsampling?
        if case .jpeg(let options) = rendition.encoding, isPlain, rendition.adjustments.isEmpty,
            PlanarEncoder.canWrite(options)
        {
            planar = options.chromaSubsampling == .full ? .full : .quarter
        }
        return PlanesPlan.Need(scaled: scaled, crop: crop, planar: planar)
    }
}
