import ArgumentParser
import FoundationEssentials
import SpoolCore

struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove old jobs from done or failed, with their results.",
        discussion: """
            What the settings retention.done and retention.failed do all the time, once. Renditions and sources stay. Prints \
            how many jobs were removed.

            By hand: find SPOOL/done -name '*.json' -mtime +7 -delete

            Example: spool-worker prune done --older-than 7d
            """)

    @Argument(help: ArgumentHelp("done or failed.", valueName: "state"))
    var state: String
    @Option(help: ArgumentHelp("Jobs that ended longer ago than this.", valueName: "time"))
    var olderThan: String?
    @Option(help: ArgumentHelp("The oldest beyond so many.", valueName: "n"))
    var keep: Int?
    @OptionGroup var settings: SettingsOptions

    func validate() throws {
        guard TerminalState(rawValue: state) != nil else {
            throw ValidationError("jobs are pruned from done or failed, not from \(state)")
        }
        guard olderThan != nil || keep != nil else { throw ValidationError("say --older-than or --keep") }
        guard olderThan.map({ Duration(setting: $0) != nil }) ?? true else {
            throw ValidationError("--older-than takes a time: 30d, 1w, 12h")
        }
        guard keep.map({ $0 >= 0 }) ?? true else { throw ValidationError("--keep takes a number from 0") }
    }

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            guard let state = TerminalState(rawValue: state) else { return }
            let retention = Retention(
                age: olderThan.flatMap { Duration(setting: $0) }.map { $0 / .seconds(1) }, count: keep, bytes: nil)
            print(try spool.prune(state, retention, now: Date()))
        }
    }
}
