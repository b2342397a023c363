import FoundationEssentials
import Logging
import SpoolCore
import SpoolSystem
import SpoolWire
import SystemPackage

/// One attempt at a job: from its source to complete renditions at their final paths.
struct JobRendering: Sendable {
    var work: ImageWork
    var job: Job
    var attempt: WorkAttempt

    /// How long the job's files may take to open, and renditions to be put in place: long enough for busy disks. Less
    /// than the shortest, whatever the job's timeout, would fail jobs for a moment's load.
    private static let openPatience = Duration.seconds(5)...Duration.seconds(60)
    private static let publishPatience = Duration.seconds(120)

    func run() async -> WorkOutcome {
        let start = ContinuousClock.now
        let opened: OpenedJob
        do throws(JobError) {
            try refuseTooLarge()
            guard let files = try open() else { return .interrupted }
            opened = files
        } catch {
            return .failed(error, source: nil)
        }
        var rendered = await render(opened)
        rendered.milliseconds = start.millisecondsUntilNow - rendered.waited / .milliseconds(1)
        return settle(opened, rendered)
    }

    // MARK: Files, which may hang

    /// Opens the source and makes the renditions' temporary files.
    /// - Returns: nil if the worker is stopping.
    private func open() throws(JobError) -> OpenedJob? {
        if work.calls.isAborted { return nil }
        let patience = min(max(timeout, Self.openPatience.lowerBound), Self.openPatience.upperBound)
        let steps = steps(for: patience)
        let outcome = work.calls.run(until: steps.deadline) {
            Result { () throws(JobError) in try OpenedJob(job, attempt, work, steps) }
        } late: {
            if case .success(let opened) = $0 { opened.discard() }
        }
        // What an abort has stopped is no failure of the job.
        switch outcome {
        case .returned(.success(let opened)): return opened
        case .returned(.failure(let error)):
            if work.calls.isAborted { return nil }
            throw error
        case .abandoned:
            if work.calls.isAborted { return nil }
            throw JobError(
                .storageFailed,
                "input \(job.input.path.shown), or the folder of a rendition, could not be opened within "
                    + "\(patience); check whether its file system hangs")
        case .crowded: throw Self.crowded
        }
    }

    /// Puts the renditions in place, or removes what was made of them.
    private func settle(_ opened: OpenedJob, _ rendered: Rendered) -> WorkOutcome {
        let steps = steps(for: Self.publishPatience)
        let call = work.calls.run(until: steps.deadline) {
            let outcome = publish(opened, rendered, steps)
            if case .done = outcome {} else { opened.discard() }
            // Here, because closing a file can hang like opening it.
            opened.close()
            return outcome
        }
        if case .returned(.done(let success)) = call { return .done(success) }
        // What an abort has stopped is no failure of the job.
        if work.calls.isAborted { return .interrupted }
        switch call {
        case .returned(let outcome): return outcome
        case .abandoned:
            if case .failed(let error) = rendered.reply { return .failed(error, source: nil) }
            let error = JobError(
                .storageFailed,
                "the renditions could not be put in place within \(Self.publishPatience); check whether the file "
                    + "system of the input or of a rendition hangs")
            return .failed(error, source: nil)
        case .crowded: return .failed(Self.crowded, source: nil)
        }
    }

    private func publish(_ opened: OpenedJob, _ rendered: Rendered, _ steps: StepGuard) -> WorkOutcome {
        guard let reply = rendered.reply else { return .interrupted }
        do throws(JobError) {
            // What failed as well as what was rendered may be a picture that never was.
            if let changed = opened.changedInput(of: job) {
                throw JobError(.inputChanged, "input \(changed.shown) changed while it was read")
            }
            let images: RenderedJob
            switch reply {
            case .rendered(let made): images = made
            case .failed(let error): throw error
            }
            guard try isHeld() else { return .fenced }
            let start = ContinuousClock.now
            try opened.publish(images.renditions, work.configuration.durability, steps)
            return .done(
                ResultDocument.Success(
                    input: ResultDocument.InputImage(images.input, path: job.input.path),
                    renditions: zip(job.renditions, images.renditions).map(ResultDocument.RenditionImage.init),
                    timings: ResultDocument.Timings(
                        queued: 0, waited: rendered.waited / .milliseconds(1), rendered: rendered.milliseconds,
                        committed: start.millisecondsUntilNow),
                    usage: rendered.usage.map(ResultDocument.Usage.init)))
        } catch {
            return .failed(error, source: opened.before.map(ResultDocument.SourceState.init))
        }
    }

    private func steps(for patience: Duration) -> StepGuard {
        StepGuard(deadline: .now + patience) { [calls = work.calls] in calls.isAborted }
    }

    private static var crowded: JobError {
        JobError(
            .storageFailed,
            "too many calls to file systems hang, so the job's files were not touched; check the mounts of the input "
                + "and output roots")
    }

    /// As numbers: a duration cannot hold every number that JSON can.
    private var timeout: Duration {
        let limit = work.configuration.timeout
        return job.timeout.map { $0 < limit / .seconds(1) ? .seconds($0) : limit } ?? limit
    }

    /// A worker that slept must not put its renditions over those of whoever has taken the job over.
    private func isHeld() throws(JobError) -> Bool {
        do throws(SystemFailure) {
            return try attempt.isHeld()
        } catch {
            throw JobError(.storageFailed, "\(error)")
        }
    }

    /// What the job itself says is too large, or too deep, is refused before a file is touched.
    private func refuseTooLarge() throws(JobError) {
        try work.configuration.limits.check(job.renditions)
        for (index, rendition) in job.renditions.enumerated() {
            let depth = work.outputRoots.resolve(rendition.path)?.relative.components.count ?? 0
            guard depth <= RenditionFiles.maximumDepth else {
                throw JobError(
                    .jobInvalid,
                    "renditions[\(index)].path has \(depth) components beneath its output root, more than "
                        + "\(RenditionFiles.maximumDepth); use fewer folders")
            }
        }
    }

    // MARK: Rendering

    /// How many renderers may be found dead before the job is suspected.
    private static let maximumRefusals = 5

    /// More would need more memory than is predicted.
    private static let mostThreads = 8

    private struct Rendered: Sendable {
        /// nil if the worker is stopping.
        var reply: RenderReply?
        /// For a renderer, or for memory.
        var waited: Duration
        /// Without that.
        var milliseconds = 0.0
        var usage: RendererProcess.Usage?
    }

    private func render(_ opened: OpenedJob) async -> Rendered {
        let request = RenderRequest(withoutPathsOf: job, limits: work.configuration.limits)
        let renderers = work.renderers.pool(forUntrusted: opened.hasUntrustedFormat)
        var waited = Duration.zero
        for _ in 0..<Self.maximumRefusals {
            let asked = ContinuousClock.now
            guard let renderer = await renderers.borrow() else { return Rendered(waited: waited) }
            let memory = await work.memory.begin()
            waited += asked.duration(to: .now)
            guard let memory, let files = opened.files else {
                await renderers.giveBack(renderer)
                return Rendered(waited: waited)
            }
            // A job that is alone has the threads of renderers that are idle.
            let threads = min(1 + (await renderers.idleCount), Self.mostThreads)
            let answer = await renderer.render(
                request, files: files, isJPEG: job.input.isNamedJPEG,
                work.configuration.budget(timeout: timeout, memoryShare: work.memory.share, threads: threads),
                timeout: timeout, show: show
            ) { bytes in
                let asked = ContinuousClock.now
                defer { waited += asked.duration(to: .now) }
                return await mayHave(bytes, memory)
            }
            await work.memory.end(memory)
            var outcome = answer.outcome
            if case .replied(let reply) = outcome, let flaw = reply.flaw(for: job, limits: work.configuration.limits) {
                outcome = .babbled(flaw)
            }
            await renderers.giveBack(renderer)
            // Renderers that the stopping worker has killed are no fault of their jobs.
            if case .replied = outcome {} else if await renderers.isClosed { return Rendered(waited: waited) }
            switch outcome {
            case .replied(let reply): return Rendered(reply: reply, waited: waited, usage: answer.usage)
            case .neverBegan: continue
            case .babbled(let flaw):
                work.logger.error("renderer \(answer.pid) gave a wrong answer: \(flaw)")
            case .died(let ending):
                work.logger.error("renderer \(answer.pid) ended in the middle of a job: \(ending)")
            case .timedOut, .lacksMemory, .starved, .declined: break
            }
            if let error = outcome.failure(timeout: timeout) {
                return Rendered(reply: .failed(error), waited: waited, usage: answer.usage)
            }
        }
        return Rendered(reply: .failed(JobError(.rendererDied, "no renderer took the job")), waited: waited)
    }
}

extension JobRendering {
    /// - Parameter progress: as a renderer says, which may be taken over.
    private func show(_ progress: RenderProgress) {
        let total = job.renditions.count
        attempt.show(
            ResultDocument.Progress(
                renditions: min(max(progress.renditions, 0), total), total: total,
                percent: min(max(progress.percent, 0), 100)))
    }

    /// Waits until other renderings have left so much memory.
    /// - Returns: false if the worker is stopping.
    private func mayHave(_ bytes: Int, _ holding: MemoryAdmission.Holding) async -> Bool {
        work.logger.info(
            "the job begins when there is memory for it",
            metadata: [
                "input": "\(job.input.path.shown)", "needs": "\(ByteSize(bytes))",
                "all": "\(ByteSize(work.memory.total))",
            ])
        // No rendering has more than its limit, whatever it says.
        return await work.memory.enlarge(holding, to: min(bytes, work.configuration.memory))
    }
}

extension Input {
    /// Whether the source is a JPEG, to judge by its name alone.
    fileprivate var isNamedJPEG: Bool {
        let name = path.lowercased()
        return [".jpg", ".jpeg", ".jpe", ".jfif"].contains { name.hasSuffix($0) }
    }
}

extension RenderRequest {
    /// A renderer gets open files; names are none of its business.
    init(withoutPathsOf job: Job, limits: RenderLimits) {
        self.init(input: job.input, renditions: job.renditions, limits: limits)
        // The names of a job without names: a message is read as strictly as a job file.
        input.path = "source"
        let overlays = renditions.overlayInputs
        for index in renditions.indices {
            renditions[index].path = "\(index)"
            for number in renditions[index].composite.indices {
                let path = renditions[index].composite[number].input
                renditions[index].composite[number].input =
                    "\(overlays.firstIndex { $0.utf8.elementsEqual(path.utf8) } ?? 0)"
            }
        }
    }
}

extension ResultDocument.SourceState {
    fileprivate init(_ status: FileStatus) {
        self.init(bytes: Int(status.size), changedAt: Date(nanoseconds: status.changed))
    }
}

extension ResultDocument.Usage {
    fileprivate init(_ usage: RendererProcess.Usage) {
        self.init(peakMemory: usage.peakMemory, processor: usage.processorSeconds * 1000)
    }
}

extension ResultDocument.InputImage {
    fileprivate init(_ input: RenderedInput, path: String) {
        self.init(
            path: path, format: input.format, width: input.width, height: input.height, pages: input.pages,
            bytes: input.bytes, sha256: input.sha256)
    }
}

extension ResultDocument.RenditionImage {
    fileprivate init(_ rendition: Rendition, _ image: RenderedImage) {
        self.init(
            path: rendition.path, format: rendition.format.rawValue, width: image.width, height: image.height,
            bytes: image.bytes, sha256: image.sha256, milliseconds: image.milliseconds)
        quality = image.quality
        losses = image.losses
        placeholder = image.placeholder
        dominantColour = image.dominantColour
    }
}

extension ContinuousClock.Instant {
    var millisecondsUntilNow: Double { duration(to: .now) / .milliseconds(1) }
}
