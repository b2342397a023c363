import SpoolInspection
package import SpoolJob
package import SpoolWire

/// A job from a JPEG to JPEGs that need no pixel in between: decoded to planes, resized, written from planes.
///
/// It is the usual job, and takes a fraction of the code that all others need: no libvips and none of its decoders. What
/// is unusual in any way is declined before anything is written, for a renderer that can weigh it.
package struct JPEGRendering {
    private let source: SourceFile
    private let header: SourceHeader
    private let planar: PlanarDecoder
    private let layouts: [RenditionLayout]
    private let plan: PlanesPlan

    /// Everything that can be refused is refused here, before planes are decoded.
    /// - Parameter descriptor: of the source; readable and seekable.
    /// - Returns: nil for a job that is not of this kind.
    package init?(_ request: RenderRequest, source descriptor: Int32) throws(JobError) {
        guard request.isForJPEG else { return nil }
        var source = try SourceFile(descriptor, request.limits)
        guard source.format == .jpeg, let content = source.takeContent() else { return nil }
        try source.check(request.input.sha256)
        self.source = source
        guard let planar = PlanarDecoder(content) else { return nil }
        self.planar = planar
        let planes = PlanesPlanner.PlanesHeader(size: planar.size, subsampling: planar.subsampling)
        guard var header = SourceHeader(jpeg: content, planes, ignoringProfile: request.input.ignoreIcc)
        else { return nil }
        header.hasGainMap = source.findings.hasGainMap
        self.header = header
        try header.check(request.limits)

        let upright = request.input.autoOrient ? header.orientation : .upright
        var layouts: [RenditionLayout] = []
        for (index, rendition) in request.renditions.enumerated() {
            let layout = try RenditionLayout(
                index, rendition, stored: header.size, upright: upright, isPlain: true)
            try layout.check(
                request.limits, size: layout.plan.output, largest: layout.plan.scaled, frames: 1, source: header.shape)
            try layout.check(layout.losses(of: header))
            layouts.append(layout)
        }
        try request.limits.check(outputPixels: layouts.reduce(0) { $0 + $1.plan.output.area })
        self.layouts = layouts
        let planner = PlanesPlanner(header: header, planes: planes, failOn: request.input.failOn)
        guard planner.obstacle(layouts) == nil else { return nil }
        plan = planner.plan(layouts)
        guard plan.renditions.allSatisfy(\.staysPlanar) else { return nil }
    }

    /// The most bytes that are expected in memory at one time.
    /// - Parameter makers: how many renditions are made at a time.
    package func memory(makers: Int) -> Int {
        let encoders = layouts.map { $0.plan.output.area * PlanarEncoder.bytesPerPixel }
        return source.digest.bytes
            + plan.memory(of: header.size, subsampling: planar.subsampling, makers: makers)
            + RenditionMakers.memory(encoders, makers: makers)
    }

    /// Writes the renditions, the largest first, and reports them in the order of the request.
    /// - Parameter makers: how many at a time.
    package func run(
        _ outputs: [Int32], makers: Int, _ scaler: PlaneScaler, _ meter: ProgressMeter?
    ) throws(JobError) -> RenderedJob {
        var run = try PlaneFailure.failingJob { () throws(PlaneFailure) in try PlanesRun(plan, planar, scaler) }
        var renditions = try RenditionMakers.run(makers) { makers throws(JobError) in
            for number in plan.resizes.indices {
                let image = try PlaneFailure.failingJob { () throws(PlaneFailure) in try run.image(number) }
                for layout in layouts where plan.renditions[layout.index].resize == number {
                    try makers.make(layout.index) { () throws(JobError) in
                        let made = try self.write(image, layout, to: outputs[layout.index])
                        meter?.finishRendition()
                        return made
                    }
                }
            }
        }
        return RenderedJob(
            input: RenderedInput(source, header),
            renditions: layouts.compactMap { renditions.removeValue(forKey: $0.index) })
    }

    private func write(
        _ image: PlanarImage, _ layout: RenditionLayout, to output: Int32
    ) throws(JobError) -> RenderedImage {
        guard case .jpeg(let options) = layout.rendition.encoding else {
            throw JobError(.renderFailed, "a rendition is no JPEG")
        }
        let start = ContinuousClock.now
        let file = try OutputFile(output)
        try PlaneFailure.failingJob { () throws(PlaneFailure) in
            try PlanarEncoder.write(image, size: layout.plan.output, options, to: file)
        }
        if let failure = file.failure { throw failure }
        return RenderedImage(
            size: layout.plan.output, try file.digest(), since: start, losses: layout.losses(of: header))
    }
}

extension RenditionLayout {
    fileprivate func losses(of header: SourceHeader) -> Set<Loss> {
        losses(of: header, frames: 1, hasAlpha: false, kept: [])
    }
}
