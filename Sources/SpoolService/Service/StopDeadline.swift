import Synchronization
import UnixSignals

/// The end of patience with running jobs: a time, or another signal; and a moment later the end of patience with
/// threads that the kernel does not let go. It runs on Swift's own pool, whatever hangs elsewhere.
final class StopDeadline: Sendable {
    /// How long what was told to end may take.
    private static let grace = Duration.seconds(10)

    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// Only the first call counts.
    /// - Parameters:
    ///   - cause: of the end, when the time has passed.
    ///   - signals: each of them is the deadline.
    ///   - end: ends running jobs.
    ///   - giveUp: ends the process.
    func start(
        after patience: Duration, because cause: String, signals: [UnixSignal],
        end: @escaping @Sendable (_ reason: String) async -> Void,
        giveUp: @escaping @Sendable () -> Void
    ) {
        let finish = { @Sendable (reason: String) async in
            // A task of its own: what ends jobs may hang itself.
            Task { await end(reason) }
            if (try? await Task.sleep(for: Self.grace)) != nil { giveUp() }
        }
        tasks.withLock { tasks in
            guard tasks.isEmpty else { return }
            tasks = [
                Task {
                    if (try? await Task.sleep(for: patience)) != nil { await finish(cause) }
                },
                Task {
                    for await signal in await UnixSignalsSequence(trapping: signals) {
                        await finish("second signal (\(signal))")
                        return
                    }
                },
            ]
        }
    }

    func cancel() {
        for task in tasks.withLock({ $0 }) { task.cancel() }
    }
}
