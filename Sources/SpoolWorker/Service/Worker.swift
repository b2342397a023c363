import Logging
import ServiceLifecycle
import SpoolCore
import SpoolSystem
import SpoolWatch
import SystemPackage
import UnixSignals

/// The assembly: opens the spool, starts what the worker needs in the order in which it can fail, and runs it.
struct Worker {
    private let service: WorkerService
    private let logger: Logger

    init(_ configuration: WorkerConfiguration, once: Bool, logger: Logger) async throws {
        self.logger = logger
        let spool = try Spool(at: configuration.spool)
        try spool.proveRenames()
        let inputRoots = try Self.roots(configuration.inputRoots, else: .input, of: spool, named: .inputRoots)
        let outputRoots = try Self.roots(configuration.outputRoots, else: .output, of: spool, named: .outputRoots)

        let renderers = RendererPool(count: configuration.renderers, logger: logger)
        let vips = try await renderers.start()

        // Watch first, then scan: what is dropped in between is seen by one or the other.
        let wake = WakeSignal()
        let hints = CandidateHints(wake: wake)
        let watcher =
            once
            ? nil
            : try SpoolWatcher(
                spool, mode: configuration.watch, scanInterval: configuration.scanInterval, hints: hints)

        let registration = try WorkerService.register(with: spool, configuration, logger: logger, wake: wake)
        let flushes = FlushGroup()
        service = WorkerService(
            spool: spool,
            work: ImageWork(
                renderers: renderers, inputRoots: inputRoots, outputRoots: outputRoots, configuration: configuration,
                flushes: flushes, logger: logger),
            configuration: configuration,
            floor: StorageFloor(
                bytes: configuration.minFreeBytes, inodes: configuration.minFreeInodes,
                folders: [spool.root] + outputRoots.folders),
            flushes: flushes, hints: hints, watcher: watcher, wake: wake, inbox: TurnInbox(),
            registration: registration, logger: logger)
        logger.notice(
            "spool-worker \(SpoolWorker.version) serves \(spool.path.printable)",
            metadata: [
                "worker": "\(registration.lease.worker.id)", "renderers": "\(configuration.renderers)",
                "libvips": "\(vips)",
                "watch": "\(watcher?.report.description ?? "once")", "durability": "\(configuration.durability)",
            ])
    }

    /// Runs until it is told to stop, or until all is done.
    /// - Returns: how many jobs failed.
    func run() async throws -> Int {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .error)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint, .sighup], logger: quiet))
        try await group.run()
        logger.notice("stopped")
        return service.inbox.failedCount
    }

    private static func roots(
        _ paths: [FilePath], else folder: SpoolFolder, of spool: Spool, named key: SettingKey
    ) throws -> Roots {
        do {
            return try Roots(paths.isEmpty ? [spool.path.appending(folder.name)] : paths)
        } catch {
            throw ConfigurationError(key.rawValue, "\(error)")
        }
    }
}
