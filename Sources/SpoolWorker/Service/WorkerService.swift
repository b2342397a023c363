import Logging
import ServiceLifecycle
import SpoolCore
import SpoolSystem
import SpoolWatch
import UnixSignals

/// The worker itself: keeps as many turns under way as may be, until it is told to stop or, with `once`, until nothing
/// is left to do.
struct WorkerService: Service {
    let spool: Spool
    let work: any JobWork
    let configuration: WorkerConfiguration
    /// How many jobs are under way at a time.
    let turnsAtATime: Int
    let floor: StorageFloor
    /// Where jobs find and put files.
    let roots: [Roots]
    let hints: CandidateHints
    /// nil with `once`, which looks instead of watching.
    let watcher: SpoolWatcher?
    let wake: WakeSignal
    let inbox: TurnInbox
    /// Any of them, while running jobs get the time to finish, ends that time.
    let stopSignals: [UnixSignal]
    /// The first; after a long sleep there is another.
    let registration: Registration
    let pruner: Pruner
    let logger: Logger

    func run() async throws {
        if watcher == nil { pruner.prune() } else { pruner.start() }
        let result: Result<Void, any Error> = await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup(returning: Result<Void, any Error>.self) { group in
                do {
                    var loop = try WorkerLoop(self)
                    try await loop.run(in: &group)
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
        } onCancelOrGracefulShutdown: {
            inbox.stop()
            wake.signal()
        }
        watcher?.stop()
        pruner.stop()
        await work.abort()
        try result.get()
    }

    func turn(with registration: Registration) -> JobTurn {
        JobTurn(
            moves: JobMoves(
                spool: spool, lease: registration.lease, durability: configuration.durability),
            work: work, retries: configuration.retries, floor: floor, limits: configuration.jobLimits, logger: logger)
    }
}
