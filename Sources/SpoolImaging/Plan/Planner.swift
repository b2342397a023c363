import SpoolInspection
import SpoolJob
import SpoolPlanes
import SpoolWire

/// Chooses the way from a source to its renditions.
struct Planner {
    /// What the header says.
    var header: SourceHeader
    var format: SourceFormat
    var failOn: FailOn
    /// The subsampling of a JPEG source that can be had in planes; nil otherwise.
    var planes: PlanesPlanner.PlanesHeader?

    func plan(_ tasks: [RenditionTask]) -> RenderPlan {
        let layouts = tasks.map(\.layout)
        let planner = PlanesPlanner(header: header, planes: planes, failOn: failOn)
        if let reason = format == .jpeg ? planner.obstacle(layouts) : PlanesPlanner.needsJPEG {
            return .pixels(PixelsPlan(of: format, stored: header.size, needs: tasks.map(\.pixelsNeed)), reason: reason)
        }
        return .planes(planner.plan(layouts))
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
}
