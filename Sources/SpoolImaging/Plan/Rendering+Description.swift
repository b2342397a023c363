import SpoolInspection
import SpoolJob
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
        let decoded = Reduction.whole(plan.factor).size(of: header.size)
        return PlanDescription(
            source: sourceDescription, lane: .planes,
            decode: PlanDescription.Decode(
                loader: "TurboJPEG", shrink: Double(plan.factor), width: decoded.width, height: decoded.height),
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
            memory: source.digest.bytes
                + plan.memory(
                    decoded: decoded, subsampling: planar?.subsampling, isTurned: plan.orientation != .upright))
    }

    private func explain(_ plan: PixelsPlan, _ reason: String) -> PlanDescription {
        let decoded = plan.reduction.size(of: header.size)
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
            memory: pixelMemory(plan, decoded))
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

    private func pixelMemory(_ plan: PixelsPlan, _ decoded: Size) -> Int {
        var pixels = plan.needsWholeSource ? decoded.area : 0
        for strand in plan.strands {
            let area = strand.version.area.size == header.size ? decoded.area : strand.version.area.size.area
            if strand.hasSeveral && !plan.needsWholeSource { pixels += area }
            // Beside the colours multiplied by alpha there are those that are not.
            if strand.hasSeveral, header.hasAlpha, strand.usesOwnSize, !strand.resizes.isEmpty { pixels += area }
            for resize in strand.resizes where resize.isShared { pixels += resize.size.area }
        }
        // All frames as they come and as they go.
        pixels += tasks.filter { $0.frames > 1 }.map { $0.frames * (header.size.area + $0.plan.output.area) }.max() ?? 0
        // One rendition at a time.
        pixels += tasks.filter(\.needsAnyOrder).map(\.plan.scaled.area).max() ?? 0
        // Some decoders keep a whole picture of their own.
        let ofDecoder = source.format.isDecodedWhole ? decoded.area * 4 : 0
        return pixels * header.shape.bands + ofDecoder
    }
}

extension RenditionTask {
    /// How the part that is used is cut out.
    fileprivate func partSteps(of stored: Size) -> [String] {
        area.size == stored ? [] : ["take the part \(uprightArea)"]
    }
}

extension PlanesPlan {
    /// The decoded planes, and of the resized ones the most that are held at one time. While planes are turned there are
    /// two of each.
    /// - Parameter subsampling: the source's; nil for grey.
    fileprivate func memory(decoded: Size, subsampling: Subsampling?, isTurned: Bool) -> Int {
        func bytes(_ size: Size, _ subsampling: Subsampling, isGrey: Bool) -> Int {
            Plane.bytes(of: subsampling.padded(size)) + (isGrey ? 0 : 2 * Plane.bytes(of: subsampling.colour(of: size)))
        }
        let isGrey = subsampling == nil
        let source = bytes(decoded, subsampling ?? .full, isGrey: isGrey)
        let resized = resizes.indices.map { number in
            resizes[...number].filter { $0.lastUse >= number }.reduce(0) { sum, resize in
                sum + bytes(resize.crop?.size ?? resize.scaled, resize.subsampling, isGrey: isGrey)
            }
        }
        return source + max(isTurned ? source : 0, resized.max() ?? 0)
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
