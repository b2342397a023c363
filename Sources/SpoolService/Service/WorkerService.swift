package import Logging
import ServiceLifecycle
package import SpoolCore
package import SpoolSystem
import SpoolWatch
import UnixSignals

/// The worker itself: keeps as many turns under way as may be, until it is told to stop or, with `once`, until nothing
/// is left to do.
package struct WorkerService: Service {
    let spool: Spool
    let work: any JobWork
    let live: LiveConfiguration
    /// How many jobs are under way at a time.
    let turnsAtATime: Int
    /// What must not fill up.
    let floorFolders: [Folder]
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
    let slowLane: SlowLane
    let pulse: Pulse
    let events: WorkerEvents
    /// nil if nobody asks for them.
    let metrics: WorkerMetrics?
    let metricsFile: MetricsFile?
    /// nil if nobody wants to hear of this service.
    let manager: ServiceManager?
    let deadline = StopDeadline()
    /// The loop waits for disks. Swift's own pool must not: signals and alarms need it, and on one core it has one thread.
    let loopThread = BlockingThreads(count: 1)

    /// The settings in force.
    var configuration: WorkerConfiguration { live.current }

    /// With the settings in force.
    var floor: StorageFloor {
        let configuration = configuration
        return StorageFloor(
            bytes: configuration.minFreeBytes, inodes: configuration.minFreeInodes, folders: floorFolders)
    }

    package func run() async throws {
        if watcher == nil { pruner.prune() } else { pruner.start() }
        metricsFile?.start()
        let result: Result<Void, any Error> = await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskExecutorPreference(loopThread) { await runLoop() }
        } onCancelOrGracefulShutdown: {
            // Before the loop hears of it: it may hang.
            manager?.tell(.stopping)
            keepDeadline(configuration.shutdownTimeout)
            inbox.stop()
            wake.signal()
        }
        watcher?.stop()
        pruner.stop()
        metricsFile?.stop()
        await work.abort()
        deadline.cancel()
        try result.get()
    }

    private func runLoop() async -> Result<Void, any Error> {
        await withDiscardingTaskGroup(returning: Result<Void, any Error>.self) { group in
            do {
                var loop = try WorkerLoop(self)
                try await loop.run(in: &group)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
    }

    /// Ends running jobs after a time or at a signal; then, if threads still hang in the kernel, ends the process.
    func keepDeadline(_ patience: Duration, because cause: String = "the time to finish is over") {
        deadline.start(after: patience, because: cause, signals: stopSignals) { [work, logger] reason in
            logger.notice("\(reason): jobs that are not done yet go back")
            await work.abort()
        } giveUp: { [logger] in
            logger.critical(
                """
                the worker ends although calls to a file system hang; the jobs in its claim folder are taken over by \
                the next worker
                """)
            ProcessSetup.exitAtOnce(ExitStatus.inputOutput.rawValue)
        }
    }

    func turn(with registration: Registration) -> JobTurn {
        turn(with: JobMoves(spool: spool, lease: registration.lease, durability: configuration.durability))
    }

    /// Turns with the settings in force.
    /// - Parameter moves: the lease's.
    func turn(with moves: JobMoves) -> JobTurn {
        var moves = moves
        moves.durability = configuration.durability
        return JobTurn(
            moves: moves, work: work, retries: configuration.retries, floor: floor, slowLane: slowLane,
            limits: configuration.jobLimits, events: events, logger: logger)
    }
}

extension WorkerService {
    /// A service with work of another kind, for measurements: it looks once at what there is, and at no disk.
    /// - Parameters:
    ///   - turnsAtATime: how many jobs are under way at a time.
    ///   - inbox: stops it.
    package init(
        _ spool: Spool, doing work: any JobWork, _ configuration: WorkerConfiguration, turnsAtATime: Int,
        inbox: TurnInbox, wake: WakeSignal, logger: Logger
    ) throws {
        let pulse = Pulse(nil)
        self.init(
            spool: spool, work: work,
            live: LiveConfiguration(configuration, logLevel: SharedLogLevel(configuration.logLevel)),
            turnsAtATime: turnsAtATime, floorFolders: [], roots: [], hints: CandidateHints(wake: wake),
            watcher: nil, wake: wake, inbox: inbox, stopSignals: [],
            registration: try Registration(in: spool, configuration, pulse: pulse, wake: wake, logger: logger),
            pruner: Pruner(spool, { [:] }, logger: logger), logger: logger, slowLane: SlowLane(renderers: turnsAtATime),
            pulse: pulse, events: WorkerEvents(), metrics: nil, metricsFile: nil, manager: nil)
    }
}
