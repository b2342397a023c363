import SpoolCore
import SpoolImaging
import SpoolSystem
import Synchronization

/// The open files of one attempt. Closing a file can hang as opening it can, so they are closed where the attempt says,
/// and not where the last reference goes.
final class OpenedJob: Sendable {
    private struct Held: Sendable {
        var source: OpenFile
        var targets: RenditionFiles
    }

    private let held: Mutex<Held?>
    /// The source's, before anything was read; without it the job fails.
    let before: FileStatus?

    init(_ job: Job, _ attempt: WorkAttempt, _ work: ImageWork, _ steps: StepGuard) throws(JobError) {
        let source = try SourceFile.open(
            job.input.path, in: work.inputRoots, limit: work.configuration.inputBytes)
        before = try? source.status()
        let targets = try RenditionFiles(for: job, attempt, source: source, in: work.outputRoots, steps: steps)
        held = Mutex(Held(source: source, targets: targets))
    }

    private var current: Held? { held.withLock { $0 } }

    /// nil once they are closed.
    var files: RendererFiles? { current.map { RendererFiles(source: $0.source, outputs: $0.targets.files) } }

    /// The source's status now.
    var sourceStatus: FileStatus? { try? current?.source.status() }

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
