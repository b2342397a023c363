import FoundationEssentials
import Logging
import SpoolCore
import SpoolImaging
import SpoolSystem

/// One attempt at a job: from its source to complete renditions at their final paths.
struct JobRendering: Sendable {
    var work: ImageWork
    var job: Job
    var attempt: WorkAttempt

    func run() async -> WorkOutcome {
        let start = ContinuousClock.now
        let source: OpenFile
        // Before anything is read; without it the job fails below.
        let before: FileStatus?
        let targets: RenditionFiles
        do throws(JobError) {
            // Needs no renderer to be refused.
            try work.configuration.limits.check(job.renditions)
            source = try SourceFile.open(
                job.input.path, in: work.inputRoots, limit: work.configuration.inputBytes)
            before = try? source.status()
            targets = try RenditionFiles(for: job, attempt, source: source, in: work.outputRoots)
        } catch {
            return .failed(error, source: nil)
        }
        let rendered: Result<RenderedJob, JobError>
        switch await render(source, targets) {
        case .rendered(let answer): rendered = .success(answer)
        case .failed(let error): rendered = .failure(error)
        case .interrupted:
            targets.discard()
            return .interrupted
        }
        let renderMilliseconds = start.millisecondsUntilNow
        do throws(JobError) {
            // What failed as well as what was rendered may be a picture that never was.
            guard let before, let after = try? source.status(), before.isUnchanged(in: after) else {
                throw JobError(.inputChanged, "input \(job.input.path.shown) changed while it was read")
            }
            let images = try rendered.get()
            guard try isHeld() else {
                targets.discard()
                return .fenced
            }
            let publishing = ContinuousClock.now
            try targets.publish(work.configuration.durability)
            return .done(
                WorkResult(
                    input: ResultDocument.InputImage(images.input, path: job.input.path),
                    renditions: zip(job.renditions, images.renditions).map(ResultDocument.RenditionImage.init),
                    renderMilliseconds: renderMilliseconds, publishMilliseconds: publishing.millisecondsUntilNow))
        } catch {
            targets.discard()
            return .failed(error, source: before.map(ResultDocument.SourceState.init))
        }
    }

    /// A worker that slept must not put its renditions over those of whoever has taken the job over.
    private func isHeld() throws(JobError) -> Bool {
        do throws(SystemFailure) {
            return try attempt.isHeld()
        } catch {
            throw JobError(.storageFailed, "\(error)")
        }
    }

    /// How many renderers may be found dead before the job is suspected.
    private static let maximumRefusals = 5

    private enum RenderOutcome {
        case rendered(RenderedJob)
        case failed(JobError)
        case interrupted
    }

    private func render(_ source: OpenFile, _ targets: RenditionFiles) async -> RenderOutcome {
        let request = RenderRequest(withoutPathsOf: job, limits: work.configuration.limits)
        // As numbers: a duration cannot hold every number that JSON can.
        let limit = work.configuration.timeout
        let timeout = job.timeout.map { $0 < limit / .seconds(1) ? .seconds($0) : limit } ?? limit
        var refusals = 0
        while let renderer = await work.renderers.borrow() {
            let outcome = renderer.render(request, files: [source] + targets.files, timeout: timeout)
            let isAlive = if case .replied = outcome { true } else { false }
            await work.renderers.giveBack(renderer, isAlive: isAlive)
            // Renderers that the stopping worker has killed are no fault of their jobs.
            if !isAlive, await work.renderers.isClosed { break }
            switch outcome {
            case .replied(let reply): return judge(reply)
            case .neverBegan:
                refusals += 1
                if refusals < Self.maximumRefusals { continue }
                return .failed(JobError(.rendererDied, "no renderer took the job"))
            case .timedOut:
                return .failed(
                    JobError(
                        .renderTimeout,
                        "the rendering took longer than \(timeout) and was stopped; raise the timeout of the job "
                            + "or the worker, or ask for less"))
            case .died(let ending):
                work.logger.error("renderer \(renderer.pid) ended in the middle of a job: \(ending)")
                let hint = ending == .signalled(9) ? "; the kernel does this when memory runs out" : ""
                return .failed(
                    JobError(.rendererDied, "the renderer process ended in the middle of the job: \(ending)\(hint)"))
            }
        }
        return .interrupted
    }

    private func judge(_ reply: RenderReply) -> RenderOutcome {
        switch reply {
        case .rendered(let rendered) where rendered.isPlausible(for: job): .rendered(rendered)
        case .rendered: .failed(JobError(.renderFailed, "the renderer's answer does not fit the job"))
        case .failed(let error): .failed(error)
        }
    }
}

extension RenderRequest {
    /// A renderer gets open files; names are none of its business, and a hundred long ones would not fit a message.
    init(withoutPathsOf job: Job, limits: RenderLimits) {
        self.init(input: job.input, renditions: job.renditions, limits: limits)
        input.path = ""
        for index in renditions.indices { renditions[index].path = "" }
    }
}

extension ResultDocument.SourceState {
    fileprivate init(_ status: FileStatus) {
        self.init(bytes: Int(status.size), changedAt: Date(nanoseconds: status.changed))
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
    }
}

extension ContinuousClock.Instant {
    var millisecondsUntilNow: Double { duration(to: .now) / .milliseconds(1) }
}
