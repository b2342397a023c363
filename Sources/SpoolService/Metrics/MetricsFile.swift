import Dispatch
import FoundationEssentials
import Logging
import SpoolCore
import SpoolSystem
import SystemPackage

/// Writes the metrics to a file again and again, each time in one step, for node_exporter's textfile collector. It has a
/// thread of its own, since it looks through the folders of the spool.
final class MetricsFile: Sendable {
    private static let interval = Duration.seconds(15)
    /// Looks through the folders take at most about a fiftieth of the time.
    private static let leisure = 50

    private let path: FilePath
    private let metrics: WorkerMetrics
    private let spool: Spool
    private let folders: [Folder]
    private let logger: Logger
    private let stopped = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameter folders: whose file systems must not fill up.
    init(_ path: FilePath, _ metrics: WorkerMetrics, of spool: Spool, _ folders: [Folder], logger: Logger) {
        self.path = path
        self.metrics = metrics
        self.spool = spool
        self.folders = folders
        self.logger = logger
    }

    func start() {
        Thread.start {
            var nextLook = ContinuousClock.now
            var isFailing = false
            repeat {
                do throws(SystemFailure) {
                    let begin = ContinuousClock.now
                    if nextLook <= begin {
                        try self.look()
                        nextLook = max(begin + Self.interval, .now + (.now - begin) * Self.leisure)
                    }
                    try self.write()
                    isFailing = false
                } catch {
                    if !isFailing {
                        self.logger.error("the metrics cannot be written", metadata: ["error": "\(error)"])
                    }
                    isFailing = true
                }
            } while self.stopped.wait(timeout: .now() + Self.interval / .seconds(1)) == .timedOut
            // What a worker says that has ended would be taken for the present.
            try? self.remove()
            self.ended.signal()
        }
    }

    /// Ends it and removes the file, within a moment.
    func stop() {
        stopped.signal()
        _ = ended.wait(timeout: .now() + 2)
    }

    private func look() throws(SystemFailure) {
        metrics.set(try SpoolSurvey(of: spool, readsProgress: false), now: Date())
        for folder in folders { metrics.set(try folder.space(), of: folder) }
    }

    private var name: FilePath.Component { path.lastComponent ?? "spool-worker.prom" }

    private func write() throws(SystemFailure) {
        let folder = try Folder(at: path.removingLastComponent())
        // node_exporter reads names that end in .prom alone.
        let temporary = FilePath.Component(".\(name.string).tmp") ?? "spool-worker.tmp"
        try folder.remove(temporary)
        let file = try folder.create(temporary)
        try file.write(Array(metrics.text.text.utf8))
        try file.setMode(0o644)
        try folder.move(temporary, to: folder, replacing: name)
    }

    private func remove() throws(SystemFailure) {
        try Folder(at: path.removingLastComponent()).remove(name)
    }
}
