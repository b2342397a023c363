import Logging
import SpoolSystem
import UnixSignals

/// Reads the settings anew at each SIGHUP. What is wrong with them changes nothing.
struct SettingsReload: Sendable {
    let live: LiveConfiguration
    let load: @Sendable () async throws -> WorkerConfiguration
    let wake: WakeSignal
    let manager: ServiceManager?
    let logger: Logger

    /// - Parameter signals: each asks for it.
    func run(at signals: UnixSignalsSequence) async {
        for await _ in signals {
            manager?.tell(.reloading)
            await reload()
            manager?.tell(.ready)
        }
    }

    func reload() async {
        do {
            let (changed, needRestart) = try live.adopt(await load())
            // The loop takes them over with its next step.
            wake.signal()
            logger.notice(
                changed.isEmpty ? "the settings were read again: nothing has changed" : "the settings were read again",
                metadata: changed.isEmpty ? [:] : ["changed": "\(Self.list(changed))"])
            if !needRestart.isEmpty {
                logger.warning(
                    "these settings have changed, too, but need a restart",
                    metadata: ["settings": "\(Self.list(needRestart))"])
            }
        } catch {
            logger.error("the settings cannot be read again, so the old ones stay", metadata: ["error": "\(error)"])
        }
    }

    private static func list(_ keys: [SettingKey]) -> String { keys.map(\.rawValue).joined(separator: ", ") }
}
