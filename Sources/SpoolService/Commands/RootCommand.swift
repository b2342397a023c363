package import ArgumentParser
import SpoolCore
import SpoolSystem
import SpoolWire

/// The command line: `spool-worker`.
package struct RootCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "spool-worker",
        abstract: "Turns a folder into an image pipeline.",
        discussion: """
            Drop a job file into SPOOL/incoming with cp. The images come to SPOOL/output, the job to SPOOL/done or \
            SPOOL/failed, and the result document beside it says what happened.

            \(ExitStatus.help)
            """,
        version: Release.version,
        subcommands: [
            RunCommand.self, InitCommand.self, SubmitCommand.self, StatusCommand.self, RetryCommand.self,
            ShowCommand.self, WaitCommand.self, FailuresCommand.self, ReportCommand.self, CancelCommand.self,
            HoldCommand.self,
            ReleaseCommand.self, PauseCommand.self, ResumeCommand.self, DrainCommand.self, PruneCommand.self,
            HealthCommand.self, CheckCommand.self, ExplainCommand.self, SchemaCommand.self,
        ])

    package init() {}

    package static func main() async {
        StandardDescriptors.ensureOpen()
        if let obstacle = HostCheck.obstacle() {
            Terminal.printError("spool-worker: \(obstacle)")
            Self.exit(withError: ExitStatus.unavailable.code)
        }
        await main(nil)
    }
}
