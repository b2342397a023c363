import ArgumentParser
import SpoolCore
import SpoolSystem
import SystemPackage

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find what is wrong with a spool, and repair it.",
        discussion: """
            Runs beside workers. Run it as the user of the workers, because it also checks what that user may do. \
            Without --repair it changes nothing; it only creates and removes empty hidden files to test the file \
            system. Exits with 1 if a finding is left that is worse than a note. docs/check.md explains each code.

            Example: spool-worker check --json | jq '.[] | select(.severity == "error")'
            """)

    @Flag(help: "Remove what nobody needs any more.")
    var repair = false

    @Flag(help: "Print JSON: an array of findings.")
    var json = false

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        ProcessSetup.raiseDescriptorLimit()
        try await CommandFailure.reporting {
            let configuration = try await settings.load()
            let report = CheckReport(json: json)
            let spool = try SpoolCheck(repairs: repair).run(on: configuration.spool) { report.add($0) }
            if let spool { try HostCheck(spool, configuration).run { report.add($0) } }
            report.end()
            if report.hasOpen { throw ExitStatus.findingsLeft.code }
        }
    }
}
