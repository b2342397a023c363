import CVips
import SpoolCore

/// One job under way, from the source's first byte to the last rendition's last.
struct Rendering {
    private let source: SourceFile
    private let decoder: Decoder
    /// The source, its header read and its pixels not yet.
    private let opened: Raster
    private let header: SourceHeader
    private let tasks: [RenditionTask]
    private let reduction: Reduction
    private let orientation: Orientation

    /// Everything that can be refused is refused here, before pixels are decoded.
    init(_ request: RenderRequest, source descriptor: Int32) throws(JobError) {
        source = try SourceFile(descriptor)
        decoder = try Decoder(source, failOn: request.input.failOn)
        do {
            opened = try decoder.open()
        } catch {
            throw error.ofHost ?? JobError(.inputCorrupt, "the header cannot be read: \(error.message)")
        }
        header = SourceHeader(opened)
        try header.check(request.limits)

        orientation = request.input.autoOrient ? header.orientation : .upright
        var tasks: [RenditionTask] = []
        for (index, rendition) in request.renditions.enumerated() {
            let plan = ResizePlan(stored: header.size, orientation: orientation, rendition: rendition)
            let task = RenditionTask(index: index, rendition: rendition, plan: plan, encoder: try Encoder(rendition))
            try task.check(request.limits, input: header.size)
            tasks.append(task)
        }
        self.tasks = tasks
        reduction = Reduction(of: source.format, stored: header.size, needed: tasks.map(\.plan.scaled))
    }

    /// Writes the renditions, the largest first, and reports them in the order of the request.
    func run(_ outputs: [Int32]) throws(JobError) -> RenderedJob {
        let cascade = try decoding { () throws(VipsFailure) in
            let image = reduction == .none ? opened : try decoder.open(reduction)
            return try Cascade(image.standardised(), sizes: tasks.map(\.plan.scaled), stored: header.size)
        }
        var renditions: [Int: RenderedImage] = [:]
        for task in tasks.sorted(by: { $0.plan.scaled.area > $1.plan.scaled.area }) {
            renditions[task.index] = try write(task, from: cascade, to: OutputFile(outputs[task.index]))
        }
        try checkComplaints()
        return RenderedJob(input: input, renditions: tasks.compactMap { renditions[$0.index] })
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

    private var input: RenderedInput {
        RenderedInput(
            format: source.format.rawValue, width: header.size.width, height: header.size.height,
            pages: header.pages, bytes: source.digest.bytes, sha256: source.digest.sha256)
    }

    private func write(
        _ task: RenditionTask, from cascade: Cascade, to file: OutputFile
    ) throws(JobError) -> RenderedImage {
        let clock = ContinuousClock()
        let start = clock.now
        let size: Size
        do {
            let image = try task.image(from: cascade, orientation: orientation)
            try task.encoder.write(image, to: file)
            size = image.size
        } catch {
            throw file.failure ?? blame(error, while: "making renditions[\(task.index)]")
        }
        // Some formats are finished after libvips has said that all is well.
        if let failure = file.failure { throw failure }
        let digest = try file.digest()
        return RenderedImage(
            width: size.width, height: size.height, bytes: digest.bytes, sha256: digest.sha256,
            milliseconds: (clock.now - start) / .milliseconds(1))
    }

    private func decoding<Value>(_ body: () throws(VipsFailure) -> Value) throws(JobError) -> Value {
        do {
            return try body()
        } catch {
            throw blame(error, while: "decoding the source")
        }
    }

    /// A pipeline decodes, computes and encodes in one go, and libvips does not say which of them failed: whether the
    /// source is at fault is found out by decoding it once more, alone.
    private func blame(_ failure: VipsFailure, while activity: String) -> JobError {
        if let error = failure.ofHost { return error }
        do {
            try decoder.check(reduction)
        } catch {
            return error.ofHost
                ?? JobError(.inputCorrupt, "the image is truncated or damaged: \(error.message)")
        }
        return JobError(.renderFailed, "libvips failed while \(activity): \(failure.message)")
    }
}
