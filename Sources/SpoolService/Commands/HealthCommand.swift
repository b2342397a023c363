import ArgumentParser
import FoundationEssentials
import SpoolCore
import SpoolSystem

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Say whether this host's workers are well: for probes and monitors.",
        discussion: """
            Exits with 0 if a worker of this host serves the spool and none of them hangs, else with 69, and prints why. A \
            pause, of whatever reason, is no illness: a worker that is started anew would pause, too.
            """)

    @Flag(help: "Look at the workers of all hosts.")
    var allHosts = false
    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            let host = HostIdentity.current().name
            let workers = try spool.workers().filter { $0.state != .dead && (allHosts || $0.worker.host == host) }
            guard !workers.isEmpty else {
                Terminal.printError(
                    "spool-worker: no worker\(allHosts ? "" : " of \(host)") serves \(spool.path.printable)")
                throw ExitStatus.unavailable.code
            }
            for worker in workers {
                if let illness = worker.illness {
                    Terminal.printError("spool-worker: \(worker.worker.id) \(illness)")
                    throw ExitStatus.unavailable.code
                }
            }
            print("\(workers.count) \(workers.count == 1 ? "worker is" : "workers are") well")
        }
    }
}

extension RegisteredWorker {
    /// Why it does no work although its process is there; nil if it is well.
    fileprivate var illness: String? {
        if state == .silent { return "has been silent for \(Int(silence)) s: its process is stopped, or hangs" }
        return stall.map { "hangs: \($0)" }
    }
}
