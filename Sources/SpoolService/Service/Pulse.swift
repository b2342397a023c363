import SpoolSystem
import Synchronization

/// That the loop makes progress. It beats with each step; who asks from another thread sees for how long it has not.
final class Pulse: Sendable {
    /// The loop waits for no longer than a few seconds, so that more is a call to a file system that hangs.
    static let longestSilence = Duration.seconds(30)
    /// Two beats may be late before the service manager ends the process.
    private static let beatsPerWatchdog = 3

    private let manager: ServiceManager?
    private let last = Mutex(ContinuousClock.now)

    init(_ manager: ServiceManager?) { self.manager = manager }

    func beat() {
        last.withLock { $0 = .now }
        if manager?.watchdog != nil { manager?.tell(.alive) }
    }

    /// For how long the loop has not made a step.
    var silence: Duration { .now - last.withLock { $0 } }

    /// When the service manager must hear of a step; nil if it does not mind.
    var nextDue: ContinuousClock.Instant? {
        manager?.watchdog.map { watchdog in last.withLock { $0 } + watchdog / Self.beatsPerWatchdog }
    }
}
