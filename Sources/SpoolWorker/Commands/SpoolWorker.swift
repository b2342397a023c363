import ArgumentParser
import SpoolCore
import SpoolSystem
import SpoolWire

@main
struct SpoolWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spool-worker",
        abstract: "Turns a folder into an image pipeline.",
        discussion: """
            Drop a job file into SPOOL/incoming with cp. The images come to SPOOL/output, the job to SPOOL/done or \
            SPOOL/failed, and the result document beside it says what happened.

            \(ExitStatus.help)
            """,
        version: Self.version,
        subcommands: [
            RunCommand.self, InitCommand.self, SubmitCommand.self, StatusCommand.self, RetryCommand.self,
            CheckCommand.self, ExplainCommand.self, SchemaCommand.self, ExerciseCommand.self,
        ])

    static func main() async {
        StandardDescriptors.ensureOpen()
        if let obstacle = HostCheck.obstacle() {
            Terminal.printError("spool-worker: \(obstacle)")
            Self.exit(withError: ExitStatus.unavailable.code)
        }
        await main(nil)
    }

    /// The version of this program, as in CHANGELOG.md.
    static let version = Release.version
}
