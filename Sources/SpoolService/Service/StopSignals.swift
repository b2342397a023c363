import SpoolSystem
import Synchronization
import UnixSignals

/// The signals that stop a worker, trapped from the moment when this is made: one that comes while the worker starts is
/// kept until somebody asks.
final class StopSignals: Sendable {
    /// SIGTERM, SIGINT and SIGHUP, without SIGINT and SIGHUP if they were ignored when the program started: `nohup`, or a
    /// shell that starts a program in the background, wants it to go on.
    let trapped: [UnixSignal]
    private let sequence: UnixSignalsSequence
    private let received = Mutex<UnixSignal?>(nil)

    init() async {
        trapped = [.sigterm] + [.sigint, .sighup].filter { !ProcessSetup.isIgnored($0.rawValue) }
        sequence = await UnixSignalsSequence(trapping: trapped)
    }

    /// The first that has come.
    var first: UnixSignal? { received.withLock { $0 } }

    /// Calls `action` at the first signal.
    /// - Returns: a task to cancel when nobody waits for it any more.
    func onFirst(_ action: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task {
            for await signal in sequence {
                received.withLock { $0 = signal }
                await action()
                return
            }
        }
    }
}
