import ArgumentParser
import SpoolCore
import SpoolWire

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End jobs before they are done.",
        discussion: """
            A job that waits, is held or is worked on goes to failed, with the error code cancelled in its result. A worker \
            that is at it drops what it makes; renditions that are in place by then stay. Prints the names of the jobs, one \
            per line. To try one again: spool-worker retry NAME

            By hand: mv SPOOL/incoming/NAME.json SPOOL/failed/ (without a result document).

            Example: spool-worker cancel cat.json --reason 'wrong picture'
            """)

    @OptionGroup var jobs: JobArguments
    @Option(help: ArgumentHelp("Goes into the result's message.", valueName: "text"))
    var reason: String?
    @OptionGroup var output: NameOutput
    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            var deeds = JobDeeds()
            deeds.run(try jobs.jobs()) { name in
                switch try spool.cancel(name, because: reason, version: Release.version) {
                case .cancelled(let name), .takenAway(let name, _): try output.print(name)
                case .ended(let state): return "has ended already: it is in \(state.rawValue)"
                case .notFound: return "is not in the spool"
                }
                return nil
            }
            try deeds.end()
        }
    }
}
