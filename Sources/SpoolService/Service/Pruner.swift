import Dispatch
import FoundationEssentials
import Logging
import SpoolCore
import SpoolSystem
import Synchronization

/// Removes what is not to be kept of `done` and `failed`, and images of jobs that are done or gone, on a thread of its own and
/// at its leisure.
final class Pruner: Sendable {
    private static let shortestPause = Duration.seconds(60)
    /// Walks through the folders take at most about a fiftieth of the time.
    private static let leisure = 50

    private let spool: Spool
    private let rules: @Sendable () -> [TerminalState: Retention]
    private let logger: Logger
    private let sweep = Mutex(OwnImageSweep())
    private let stopped = DispatchSemaphore(value: 0)

    /// - Parameter rules: those in force.
    init(_ spool: Spool, _ rules: @escaping @Sendable () -> [TerminalState: Retention], logger: Logger) {
        self.spool = spool
        self.rules = rules
        self.logger = logger
    }

    func start() {
        Thread.start {
            var pause = Duration.zero
            while self.stopped.wait(timeout: .now() + pause / .seconds(1)) == .timedOut {
                let begin = ContinuousClock.now
                self.prune()
                pause = max(Self.shortestPause, (.now - begin) * Self.leisure)
            }
        }
    }

    func stop() { stopped.signal() }

    func prune() {
        for (state, retention) in rules() where retention.isLimited {
            do throws(SystemFailure) {
                let count = try spool.prune(state, retention, now: Date())
                if count > 0 { logger.info("removed old jobs", metadata: ["count": "\(count)", "from": "\(state)"]) }
            } catch {
                // No job depends on it, and it is tried again.
                logger.warning("old jobs could not be removed", metadata: ["error": "\(error)", "from": "\(state)"])
            }
        }
        removeOwnImages()
    }

    private func removeOwnImages() {
        do throws(SystemFailure) {
            let count = try sweep.withLock { (sweep) throws(SystemFailure) in try sweep.run(in: spool) }
            if count > 0 {
                logger.info("removed images of jobs that are done or gone", metadata: ["count": "\(count)"])
            }
        } catch {
            // As above.
            logger.warning(
                "images of jobs that are done or gone could not be removed", metadata: ["error": "\(error)"])
        }
    }
}
