import SpoolSystem
import Synchronization
import UnixSignals

/// The signals that stop a worker, trapped from the moment when this is made: one that comes while the worker starts is
/// kept until somebody asks.
final class StopSignals: Sendable {
    /// SIGTERM, SIGINT and, where it does not reload, SIGHUP; without SIGINT and SIGHUP if they were ignored when the program
    /// started: `nohup`, or a shell that starts a program in the background, wants it to go on.
    let trapped: [UnixSignal]
    /// Whether SIGHUP asks for the settings to be read anew.
    let reloads: Bool
    private let sequence: UnixSignalsSequence
    private let received = Mutex<UnixSignal?>(nil)

    /// - Parameter once: whether the run ends by itself. Then, and on a terminal, SIGHUP means that somebody has gone.
    init(once: Bool) async {
        let possible = [UnixSignal.sigint, .sighup].filter { !ProcessSetup.isIgnored($0.rawValue) }
        let reloads = !once && !ProcessSetup.hasTerminal && possible.contains(.sighup)
        self.reloads = reloads
        trapped = [.sigterm] + possible.filter { !reloads || $0 != .sighup }
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
