import SpoolInspection
import SpoolJob
import SpoolPlanes
import SpoolWire

extension Rendering {
    /// The plan for people and programs.
    var explanation: PlanDescription {
        switch plan {
        case .planes(let plan): explain(plan)
        case .pixels(let plan, let reason): explain(plan, reason)
        }
    }

    private var sourceDescription: PlanDescription.Source {
        PlanDescription.Source(
            format: source.format.rawValue, width: header.size.width, height: header.size.height,
            orientation: header.orientation.rawValue, pages: header.pages, bytes: source.digest.bytes)
    }

    private func output(_ task: RenditionTask, resize: Int?, _ steps: [String], fromPlanes: Bool)
        -> PlanDescription.Output
    {
        let size = task.pipeline(fromPixelsOf: header.shape).shape.size
        return PlanDescription.Output(
            format: task.rendition.format.rawValue, width: size.width, height: size.height,
            resize: resize, steps: steps, encoder: task.encoder.description + (fromPlanes ? ", from planes" : ""))
    }

    private func explain(_ plan: PlanesPlan) -> PlanDescription {
        let decoded = Reduction.whole(plan.factor).size(of: header.size, by: .turboJPEG)
        return PlanDescription(
            source: sourceDescription, lane: .planes,
            decode: PlanDescription.Decode(
                loader: planar?.loader ?? PlanarDecoder.fallback, shrink: Double(plan.factor), width: decoded.width,
                height: decoded.height),
            resizes: plan.resizes.enumerated().map { number, resize in
                PlanDescription.Resize(
                    width: resize.scaled.width, height: resize.scaled.height, origin: resize.luma.number,
                    uses: plan.resizes.count { $0.luma.number == number || $0.chroma.number == number }
                        + plan.renditions.count { $0.resize == number })
            },
            renditions: tasks.map { task in
                let target = plan.renditions[task.index]
                var steps: [String] = []
                // Cut while resizing, of the turned planes.
                if task.orientation != .upright { steps.append(task.orientation.description) }
                steps += task.partSteps(of: header.size)
                if case .crop(let left, let top) = task.plan.placement {
                    steps.append(CropStep(box: Box(left: left, top: top, size: task.plan.output)).description)
                }
                if !target.staysPlanar {
                    steps.append("convert planes to pixels")
                    steps += task.pipeline(fromPlanesOf: header.shape).steps.map(\.description)
                }
                return output(task, resize: target.resize, steps, fromPlanes: target.staysPlanar)
            },
            memory: memory())
    }

    private func explain(_ plan: PixelsPlan, _ reason: String) -> PlanDescription {
        let decoded = plan.reduction.size(of: header.size, by: .libvips)
        return PlanDescription(
            source: sourceDescription, lane: .pixels, reason: reason,
            decode: PlanDescription.Decode(
                loader: "libvips \(source.format.loader)", shrink: plan.reduction.shrink, width: decoded.width,
                height: decoded.height),
            resizes: plan.strands.indices.flatMap { describe(plan, strand: $0) },
            renditions: tasks.map { task in
                let strand = plan.renditions[task.index]
                let before = plan.strands[..<strand].reduce(0) { $0 + $1.resizes.count }
                let number = plan.strands[strand].resizes.firstIndex { $0.size == task.plan.scaled }.map { before + $0 }
                let gamma = task.rendition.gamma.map { ["gamma 1/\($0), before the resize"] } ?? []
                let steps =
                    task.partSteps(of: header.size) + gamma
                    + task.pipeline(fromPixelsOf: header.shape).steps.map(\.description)
                return output(task, resize: number, steps, fromPlanes: false)
            },
            memory: memory())
    }

    private func describe(_ plan: PixelsPlan, strand number: Int) -> [PlanDescription.Resize] {
        let strand = plan.strands[number]
        let before = plan.strands[..<number].reduce(0) { $0 + $1.resizes.count }
        return strand.resizes.enumerated().map { index, resize in
            PlanDescription.Resize(
                width: resize.size.width, height: resize.size.height, origin: resize.origin.map { before + $0 },
                uses: strand.resizes.count { $0.origin == index }
                    + tasks.count { plan.renditions[$0.index] == number && $0.plan.scaled == resize.size })
        }
    }
}

extension RenditionTask {
    /// How the part that is used is cut out.
    fileprivate func partSteps(of stored: Size) -> [String] {
        area.size == stored ? [] : ["take the part \(layout.uprightArea)"]
    }
}

extension PlanesPlan.Origin {
    fileprivate var number: Int? {
        switch self {
        case .source: nil
        case .resized(let number), .same(let number): number
        }
    }
}
