import ArgumentParser
import SpoolCore

struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until jobs have ended.",
        discussion: """
            For scripts: names as submit prints them. A job must be in the spool under its name, or the wait would not end.

            By hand: until [ -e SPOOL/done/NAME.json ] || [ -e SPOOL/failed/NAME.json ]; do sleep 1; done

            Example: spool-worker submit *.jpg --width 320 > names; spool-worker wait $(cat names)
            """)

    @OptionGroup var jobs: JobArguments
    @OptionGroup var limit: TimeLimit
    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            let names = try jobs.jobs()
            var deeds = JobDeeds()
            // A job moves on while it is looked for, so one that is not found is looked for once more.
            deeds.run(names) { try spool.find($0).isEmpty && spool.find($0).isEmpty ? "is not in the spool" : nil }
            try deeds.end()
            switch try await JobWait(spool: spool, names: names).run(until: limit.deadline) {
            case .allDone: return
            case .someFailed: throw ExitStatus.jobsFailed.code
            case .tooLate: throw ExitStatus.temporary.code
            }
        }
    }
}
