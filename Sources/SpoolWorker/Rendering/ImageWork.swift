import Logging
import SpoolCore
import SpoolSystem

/// The work that this worker is for: renditions of images, by renderer processes.
struct ImageWork: JobWork {
    var renderers: RendererPool
    /// For the files that jobs name.
    var calls: AbandonableCalls
    var inputRoots: Roots
    var outputRoots: Roots
    var configuration: WorkerConfiguration
    var logger: Logger

    func run(_ job: Job, _ attempt: WorkAttempt) async -> WorkOutcome {
        await JobRendering(work: self, job: job, attempt: attempt).run()
    }

    func discardLeftovers(of job: Job, id: String?, worker: String) throws(SystemFailure) {
        try RenditionFiles.discardLeftovers(of: job, id: id, worker: worker, in: outputRoots)
    }

    func close() async { await renderers.close() }

    func abort() async {
        calls.abort()
        await renderers.killAll()
    }
}
