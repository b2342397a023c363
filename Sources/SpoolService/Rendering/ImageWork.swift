import Logging
import SpoolCore
import SpoolSystem

/// The work that this worker is for: renditions of images, by renderer processes.
struct ImageWork: JobWork {
    var renderers: Renderers
    /// For the files that jobs name.
    var calls: AbandonableCalls
    var inputRoots: Roots
    var outputRoots: Roots
    var memory: MemoryAdmission
    /// As it was when the work was made; a job has what is in force when it begins.
    private(set) var configuration: WorkerConfiguration
    private let live: LiveConfiguration
    var logger: Logger

    init(
        renderers: Renderers, calls: AbandonableCalls, inputRoots: Roots, outputRoots: Roots,
        memory: MemoryAdmission, live: LiveConfiguration, logger: Logger
    ) {
        self.renderers = renderers
        self.calls = calls
        self.inputRoots = inputRoots
        self.outputRoots = outputRoots
        self.memory = memory
        configuration = live.current
        self.live = live
        self.logger = logger
    }

    /// A turn that waits for a hung mount any longer would be missed by the other jobs.
    private static let discardPatience = Duration.seconds(5)

    func run(_ job: Job, _ attempt: WorkAttempt) async -> WorkOutcome {
        var work = self
        work.configuration = live.current
        return await JobRendering(work: work, job: job, attempt: attempt).run()
    }

    func discardLeftovers(of job: Job, id: String?, worker: String) throws(SystemFailure) {
        let outcome = calls.run(until: .now + Self.discardPatience) { [outputRoots] in
            Result { () throws(SystemFailure) in
                try RenditionFiles.discardLeftovers(of: job, id: id, worker: worker, in: outputRoots)
            }
        }
        // A call that hangs goes on by itself. What it does not remove is hidden, and bears a dead worker's name.
        if case .returned(let result) = outcome { try result.get() }
    }

    func close() async {
        await renderers.close()
        await memory.close()
    }

    func abort() async {
        calls.abort()
        await memory.close()
        await renderers.killAll()
    }
}
