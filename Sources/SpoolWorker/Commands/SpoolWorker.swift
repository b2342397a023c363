import ArgumentParser
import SpoolCore
import SpoolSystem

@main
struct SpoolWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spool-worker",
        abstract: "Turns a folder into an image pipeline.",
        discussion: """
            Drop a job file into SPOOL/incoming with cp, and find the images in SPOOL/output, the job in SPOOL/done \
            or SPOOL/failed, and beside it a result document with the whole story.

            \(ExitStatus.help)
            """,
        version: Self.version,
        subcommands: [
            RunCommand.self, InitCommand.self, SubmitCommand.self, StatusCommand.self, RetryCommand.self,
            CheckCommand.self, SchemaCommand.self, RenderCommand.self, SampleCommand.self, ExerciseCommand.self,
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
    static let version = "0.1.0"
}
