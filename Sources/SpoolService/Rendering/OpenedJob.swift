import SpoolCore
import SpoolSystem
import SpoolWire
import Synchronization

/// The open files of one attempt. Closing a file can hang as opening it can, so they are closed where the attempt says,
/// and not where the last reference goes.
final class OpenedJob: Sendable {
    private struct Held: Sendable {
        var source: OpenFile
        var overlays: [OpenFile]
        /// Of the overlays, before anything was read; without one the job fails.
        var overlaysBefore: [FileStatus?]
        var targets: RenditionFiles
    }

    private let held: Mutex<Held?>
    /// The source's, before anything was read; without it the job fails.
    let before: FileStatus?
    /// Whether a decoder that is not trusted is going to read an input, as its first bytes tell.
    let hasUntrustedFormat: Bool

    init(_ job: Job, _ attempt: WorkAttempt, _ work: ImageWork, _ steps: StepGuard) throws(JobError) {
        let source = try SourceFile.open(
            job.input.path, in: work.inputRoots, limit: work.configuration.inputBytes)
        before = try? source.status()
        var overlays: [OpenFile] = []
        for path in job.renditions.overlayInputs {
            try steps.check()
            overlays.append(
                try SourceFile.open(
                    path, in: work.inputRoots, limit: work.configuration.inputBytes, as: "overlay"))
        }
        // Of formats that are not read anyway, any renderer may say so.
        hasUntrustedFormat =
            !work.configuration.limits.inputFormats.isSubset(of: SourceFormat.trusted)
            && ([source] + overlays).contains(where: \.hasUntrustedFormat)
        let overlaysBefore = overlays.map { try? $0.status() }
        let targets = try RenditionFiles(
            for: job, attempt, sources: [source] + overlays, in: work.outputRoots, work.configuration.outputAccess,
            steps: steps)
        held = Mutex(
            Held(
                source: source, overlays: overlays, overlaysBefore: overlaysBefore,
                targets: targets))
    }

    private var current: Held? { held.withLock { $0 } }

    /// nil once they are closed.
    var files: RendererFiles? {
        current.map { RendererFiles(source: $0.source, overlays: $0.overlays, outputs: $0.targets.files) }
    }

    /// The path of the first input that has changed since it was opened, or nil.
    func changedInput(of job: Job) -> String? {
        guard let current, let before, let after = try? current.source.status(), before.isUnchanged(in: after) else {
            return job.input.path
        }
        let overlays = zip(job.renditions.overlayInputs, zip(current.overlays, current.overlaysBefore))
        return overlays.first { _, overlay in
            guard let before = overlay.1, let after = try? overlay.0.status() else { return true }
            return !before.isUnchanged(in: after)
        }?.0
    }

    func publish(_ images: [RenderedImage], _ durability: Durability, _ steps: StepGuard) throws(JobError) {
        try current?.targets.publish(images, durability, steps: steps)
    }

    /// Removes the temporary files and the folders made for them.
    func discard() { current?.targets.discard() }

    func close() {
        let files = held.withLock { held in
            defer { held = nil }
            return held
        }
        withExtendedLifetime(files) {}
    }
}

extension OpenFile {
    fileprivate var hasUntrustedFormat: Bool {
        // One that cannot be read is found out by whoever reads it next.
        guard let head = try? read(upTo: SourceFormat.headLength, expecting: SourceFormat.headLength) else {
            return false
        }
        return SourceFormat(of: head).map { !$0.isTrusted } ?? false
    }
}
