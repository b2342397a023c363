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
            let host = allHosts ? nil : HostIdentity.current().name
            let health = WorkerHealth(of: try spool.workers(), on: host, serving: spool)
            try health.report()
            print("\(health.count) \(health.count == 1 ? "worker is" : "workers are") well")
        }
    }
}
