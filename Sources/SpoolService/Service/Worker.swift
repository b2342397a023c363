import FoundationEssentials
import Logging
import ServiceLifecycle
import SpoolCore
import SpoolSystem
import SpoolWatch
import SpoolWire
import SystemPackage
import UnixSignals

/// The assembly: opens the spool, starts what the worker needs in the order in which it can fail, and runs it.
struct Worker {
    private let service: WorkerService
    private let signals: StopSignals
    private let reload: SettingsReload
    /// nil where SIGHUP stops the worker, or is ignored.
    private let hangups: UnixSignalsSequence?
    private let logger: Logger

    /// - Parameters:
    ///   - manager: nil if nobody wants to hear of this service.
    ///   - reload: reads the settings again.
    init(
        _ live: LiveConfiguration, once: Bool, manager: ServiceManager?, logger: Logger,
        reload: @escaping @Sendable () async throws -> WorkerConfiguration
    ) async throws {
        self.logger = logger
        let configuration = live.current
        let spool = try Spool(at: configuration.spool)
        let wake = WakeSignal()
        // Before anything is left behind that somebody must clear away.
        signals = await StopSignals(once: once)
        // First: whatever is left behind from here on is known as this worker's.
        self.reload = SettingsReload(live: live, load: reload, wake: wake, manager: manager, logger: logger)
        hangups = signals.reloads ? await UnixSignalsSequence(trapping: .sighup) : nil
        let pulse = Pulse(manager)
        let registration = try Registration(in: spool, configuration, pulse: pulse, wake: wake, logger: logger)
        let assembled = await Self.assemble(
            spool, registration, live, once: once, stopSignals: signals.trapped, wake: wake, pulse: pulse,
            manager: manager, logger: logger)
        if case .failure = assembled { registration.leave() }
        service = try assembled.get()
    }

    private static func assemble(
        _ spool: Spool, _ registration: Registration, _ live: LiveConfiguration, once: Bool,
        stopSignals: [UnixSignal], wake: WakeSignal, pulse: Pulse, manager: ServiceManager?, logger: Logger
    ) async -> Result<WorkerService, any Error> {
        let configuration = live.current
        do {
            let worker = registration.lease.worker
            try spool.proveRenames(as: worker.id)
            do throws(SystemFailure) {
                // Older versions made none, and a producer that is another user cannot.
                _ = try spool.ownImages()
            } catch {
                logger.info("submit can copy no images into this spool", metadata: ["error": "\(error)"])
            }
            let inputRoots = try Roots(configuration.inputRoots, else: .input, of: spool, named: .inputRoots)
            let outputRoots = try Roots(configuration.outputRoots, else: .output, of: spool, named: .outputRoots)

            let metrics = configuration.metricsFile.map { _ in
                WorkerMetrics(version: Release.version, startedAt: Date())
            }
            let events = WorkerEvents(sinks: [EventLog(logger: logger)] + (metrics.map { [$0] } ?? []))
            let floorFolders = [spool.root] + outputRoots.folders
            let renderers = try Renderers(configuration, events: events, logger: logger)
            let greeting = try await renderers.start()

            // Watch first, then scan: what is dropped in between is seen by one or the other.
            let hints = CandidateHints(wake: wake)
            let watcher =
                once
                ? nil
                : try SpoolWatcher(
                    spool, as: worker.id, mode: configuration.watch, scanInterval: configuration.scanInterval,
                    hints: hints)
            logger.notice(
                "spool-worker \(Release.version) serves \(spool.path.printable)",
                metadata: [
                    "worker": "\(worker.id)", "renderers": "\(configuration.renderers)",
                    "libvips": "\(greeting?.library ?? "none")",
                    "sandbox": "\(greeting?.sandbox.description ?? "none")",
                    "watch": "\(watcher?.report.description ?? "once")", "durability": "\(configuration.durability)",
                ])
            if let sandbox = greeting?.sandbox, let lack = sandbox.lack {
                logger.warning("the renderers' sandbox is incomplete, as the setting sandbox allows: \(lack)")
            }
            let work = ImageWork(
                renderers: renderers, calls: AbandonableCalls(limit: 256), inputRoots: inputRoots,
                outputRoots: outputRoots,
                memory: MemoryAdmission(total: configuration.totalMemory, renderers: renderers.count),
                live: live,
                logger: logger)
            return .success(
                WorkerService(
                    spool: spool, work: work, live: live,
                    // While one set of images is rendered, the next is opened and the last is flushed to the disk.
                    turnsAtATime: configuration.renderers * 2 + 2, floorFolders: floorFolders,
                    roots: [inputRoots, outputRoots],
                    hints: hints,
                    watcher: watcher, wake: wake, inbox: TurnInbox(), stopSignals: stopSignals,
                    registration: registration,
                    pruner: Pruner(spool, { live.current.retention }, logger: logger), logger: logger,
                    slowLane: SlowLane(renderers: configuration.renderers), pulse: pulse, events: events,
                    metrics: metrics,
                    metricsFile: configuration.metricsFile.flatMap { path in
                        metrics.map { MetricsFile(path, $0, of: spool, floorFolders, logger: logger) }
                    },
                    manager: manager))
        } catch {
            return .failure(error)
        }
    }

    /// How a run has ended.
    struct Ending {
        /// How many jobs failed, or could not be claimed.
        var failed: Int
        /// The signal that ended it; nil if all was done.
        var signal: UnixSignal?
    }

    /// Runs until it is told to stop, or until all is done.
    func run() async throws -> Ending {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .error)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                ],
                logger: quiet))
        let trap = signals.onFirst { await group.triggerGracefulShutdown() }
        let reloading = Task { [reload, hangups] in if let hangups { await reload.run(at: hangups) } }
        defer {
            trap.cancel()
            reloading.cancel()
        }
        try await group.run()
        logger.notice("stopped")
        return Ending(
            failed: service.inbox.failedCount, signal: service.inbox.isStopping ? signals.first : nil)
    }
}
