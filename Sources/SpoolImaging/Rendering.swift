import CVips
import SpoolInspection
import SpoolJob
import SpoolPlanes
import SpoolWire

/// One job under way, from the source's first byte to the last rendition's last.
struct Rendering {
    let source: SourceFile
    let decoder: Decoder
    /// The source, its header read and its pixels not yet.
    let opened: Raster
    let header: SourceHeader
    /// How renditions still have to be turned to be seen upright: not at all, unless the job has the source left as it is.
    let orientation: Orientation
    let tasks: [RenditionTask]
    /// nil unless the plan is for planes.
    let planar: PlanarDecoder?
    let tools: PlanarTools
    private let overlays: OverlayImages
    private let limits: RenderLimits
    /// All pixels, if they had to be looked at already.
    let whole: Raster?
    let plan: RenderPlan
    /// nil if nobody wants to know.
    private(set) var meter: ProgressMeter?
    private(set) var threads = RenderThreads()

    /// Everything that can be refused is refused here, before pixels are decoded, but for those of which edges are trimmed.
    /// - Parameter admission: called with the bytes that trimming is going to need, before those are.
    init(
        _ request: RenderRequest, source descriptor: Int32, _ tools: PlanarTools,
        admission: (Int) throws(JobError) -> Void
    ) throws(JobError) {
        var source = try SourceFile(descriptor, request.limits)
        let content = source.takeContent()
        self.source = source
        self.tools = tools
        try source.check(request.input.sha256)
        decoder = try Decoder(source, request.input)
        opened = try decoder.openHeader()
        var header = SourceHeader(opened, ignoringProfile: decoder.ignoresProfile)
        if !source.format.hasPages { header.pages = 1 }
        header.hasGainMap = source.findings.hasGainMap
        self.header = header
        try header.check(request.limits)

        let upright = request.input.autoOrient ? header.orientation : .upright
        orientation = request.input.autoOrient ? .upright : header.orientation
        if request.renditions.contains(where: { $0.trim != nil }) {
            try admission(source.digest.bytes + source.memory(decoding: header.size) + header.pixelBytes)
        }
        var edges = TrimmedEdges(decoder, upright: upright)
        let overlays = OverlayImages(request.renditions)
        var tasks: [RenditionTask] = []
        for (index, asked) in request.renditions.enumerated() {
            var rendition = asked
            // Without a profile, numbers of another space would be taken for sRGB.
            if !rendition.format.holdsProfile { rendition.colourspace = .srgb }
            let task = try RenditionTask(
                index, rendition, source.format, header, overlays, upright: upright, trimmed: edges.box(of: rendition),
                frames: decoder.frameCount(of: header))
            try task.check(request.limits, source: header.shape)
            try task.layout.check(task.losses(of: header))
            tasks.append(task)
        }
        try request.limits.check(outputPixels: tasks.reduce(0) { $0 + $1.outputPixels(of: header.shape) })
        self.tasks = tasks
        self.overlays = overlays
        limits = request.limits
        whole = edges.whole
        let planar = tools.areAllowed ? content.flatMap(PlanarDecoder.init) : nil
        let planner = Planner(
            header: header, format: source.format, failOn: request.input.failOn,
            planes: planar.map { PlanesPlanner.PlanesHeader(size: $0.size, subsampling: $0.subsampling) })
        plan = planner.plan(tasks)
        // What it holds of the file is not needed otherwise.
        self.planar = if case .planes = plan { planar } else { nil }
    }

    /// Writes the renditions, the largest first, and reports them in the order of the request.
    /// - Parameter overlayFiles: one for each overlay of the request.
    mutating func run(
        overlays overlayFiles: [Int32], _ outputs: [Int32], _ threads: RenderThreads = RenderThreads(),
        _ meter: ProgressMeter? = nil
    ) throws(JobError) -> RenderedJob {
        self.meter = meter
        self.threads = threads
        try overlays.load(overlayFiles, for: tasks.map(\.rendition), limits)
        for task in tasks where !task.rendition.composite.isEmpty {
            try overlays.check(task, width: task.pipeline(fromPixelsOf: header.shape).shape.size.width, limits)
        }
        var renditions: [Int: RenderedImage]
        switch plan {
        case .planes(let plan): renditions = try run(plan, outputs)
        case .pixels(let plan, _): renditions = try run(plan, outputs)
        }
        return RenderedJob(
            input: RenderedInput(source, header),
            renditions: tasks.compactMap { renditions.removeValue(forKey: $0.index) })
    }

    // MARK: Planes

    private func run(_ plan: PlanesPlan, _ outputs: [Int32]) throws(JobError) -> [Int: RenderedImage] {
        guard let planar else { throw JobError(.renderFailed, "the plan asks for planes that there are not") }
        var run = try PlaneFailure.failingJob { () throws(PlaneFailure) in
            try PlanesRun(plan, planar, tools.scaler)
        }
        VipsLibrary.compute(with: threads.ofPipelines)
        return try RenditionMakers.run(threads.makers, forgetErrors: vips_error_clear) { makers throws(JobError) in
            for number in plan.resizes.indices {
                let image = try PlaneFailure.failingJob { () throws(PlaneFailure) in try run.image(number) }
                var pixels: [ColourSpace: Raster] = [:]
                for task in tasks where plan.renditions[task.index].resize == number {
                    if plan.renditions[task.index].staysPlanar, case .jpeg(let options) = task.encoder.encoding {
                        try makers.make(task.index) { () throws(JobError) in
                            try self.write(task, to: outputs[task.index], image, options)
                        }
                        continue
                    }
                    // Renditions of one size share the pixels.
                    let space = task.rendition.colourspace
                    let raster =
                        if let known = pixels[space] { known } else {
                            try PlaneFailure.failingJob { () throws(PlaneFailure) in try coloured(image, space) }
                        }
                    pixels[space] = raster
                    try makers.make(task.index) { () throws(JobError) in
                        try self.write(task, to: outputs[task.index]) { file throws(JobError) in
                            try PlaneFailure.failingJob { () throws(PlaneFailure) in
                                try self.finish(task, raster, to: file)
                            }
                        }
                    }
                }
            }
        }
    }

    private func write(
        _ task: RenditionTask, to output: Int32, _ image: PlanarImage, _ options: JPEGOptions
    ) throws(JobError) -> RenderedImage {
        try write(task, to: output) { file throws(JobError) in
            try PlaneFailure.failingJob { () throws(PlaneFailure) in
                try PlanarEncoder.write(image, size: task.plan.output, options, to: file)
            }
            return Written(size: task.plan.output)
        }
    }

    /// Pixels of resized planes, converted by the source's profile: at their own size that costs little.
    private func coloured(_ image: PlanarImage, _ space: ColourSpace) throws(PlaneFailure) -> Raster {
        let raster = try image.raster(at: opened.resolution)
        opened.copyField("icc-profile-data", to: raster)
        do {
            return try raster.standardised(space, ignoringProfile: decoder.ignoresProfile)
        } catch {
            throw PlaneFailure(message: error.message)
        }
    }

    private func finish(_ task: RenditionTask, _ raster: Raster, to file: OutputFile) throws(PlaneFailure) -> Written {
        do {
            let finished = try task.pipeline(fromPlanesOf: header.shape).apply(to: raster)
            return try encode(finished, of: task, to: file)
        } catch {
            throw PlaneFailure(message: error.message)
        }
    }

    // MARK: Pixels

    /// Nil where libvips is to do all of it.
    var bandResize: BandResize? { tools.areAllowed ? BandResize(scaler: tools.scaler) : nil }

    private func run(_ plan: PixelsPlan, _ outputs: [Int32]) throws(JobError) -> [Int: RenderedImage] {
        let images = try decoder.decoding(plan.reduction) { () throws(VipsFailure) in try self.images(plan) }
        let tasks = tasks.sorted { $0.plan.scaled.area > $1.plan.scaled.area }
        var animations: [Int: RenderedImage] = [:]
        // They read the source again, whose position all readers share.
        for task in tasks where task.frames > 1 {
            animations[task.index] = try write(task, to: outputs[task.index]) { file throws(JobError) in
                try writeFrames(of: task, plan, to: file)
            }
        }
        let renditions = try RenditionMakers.run(threads.makers, forgetErrors: vips_error_clear) {
            makers throws(JobError) in
            // One after the other, so that what one keeps in memory is gone before the next.
            for (number, strand) in plan.strands.enumerated() {
                guard !strand.version.isAnimated, let image = images[strand.version.colourspace] else { continue }
                let cascade = try decoder.decoding(plan.reduction) { () throws(VipsFailure) in
                    try Cascade(image, strand, stored: header.size, self.bandResize)
                }
                // All pixels have been decoded now, unless there is but one rendition.
                if plan.isDecodedFirst { try checkComplaints() }
                VipsLibrary.compute(with: threads.ofPipelines)
                for task in tasks where plan.renditions[task.index] == number {
                    try make(task, of: cascade, plan, to: outputs[task.index], makers)
                }
                try makers.finish()
            }
        }
        try checkComplaints()
        return renditions.merging(animations) { made, _ in made }
    }

    private func make(
        _ task: RenditionTask, of cascade: Cascade, _ plan: PixelsPlan, to output: Int32, _ makers: RenditionMakers
    ) throws(JobError) {
        func fail(_ error: VipsFailure) -> JobError {
            decoder.blame(error, plan.reduction, while: "making renditions[\(task.index)]")
        }
        let scaled: Raster
        do {
            scaled = try cascade.scaled(to: task.plan.scaled)
        } catch {
            throw fail(error)
        }
        try makers.make(task.index) { () throws(JobError) in
            try self.write(task, to: output) { file throws(JobError) in
                do throws(VipsFailure) {
                    let image = try task.pipeline(fromPixelsOf: self.header.shape).apply(to: scaled)
                    return try self.encode(image, of: task, to: file)
                } catch {
                    throw file.failure ?? fail(error)
                }
            }
        }
    }

    /// The decoded source in each of the colour spaces that the plan asks for.
    private func images(_ plan: PixelsPlan) throws(VipsFailure) -> [ColourSpace: Raster] {
        let spaces = Set(plan.strands.map(\.version).filter { !$0.isAnimated }.map(\.colourspace))
        if spaces.isEmpty { return [:] }
        var decoded = plan.reduction == .none ? opened : try decoder.open(plan.reduction)
        // It can be read only once.
        if spaces.count > 1 { decoded = try decoded.inMemory() }
        var images: [ColourSpace: Raster] = [:]
        for space in spaces {
            if space == .srgb, let whole {
                images[space] = whole
                continue
            }
            let image = try decoded.standardised(space, ignoringProfile: decoder.ignoresProfile)
            images[space] = plan.needsWholeSource ? try image.inMemory() : image
        }
        return images
    }

    /// The JPEG loader looks for warnings before each strip of rows that it reads, so those of the last strip, which is
    /// a large part of an image that is decoded at an eighth, only lie in the error buffer.
    private func checkComplaints() throws(JobError) {
        guard source.format == .jpeg, decoder.failOn == .warning,
            let complaint = VipsFailure.takeComplaint(of: "VipsJpeg")
        else {
            return
        }
        throw JobError(.inputCorrupt, "the image is truncated or damaged: \(complaint.message)")
    }
}
