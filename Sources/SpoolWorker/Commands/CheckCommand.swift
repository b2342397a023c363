import ArgumentParser
import SpoolCore
import SpoolSystem
import SystemPackage

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for what is wrong with a spool, and mend it.",
        discussion: """
            Works beside running workers. Run it as the user of the workers: what that user may do is looked at, too. \
            Without --repair nothing is changed, but for empty hidden files that are made to try the file system and \
            removed again. Exits with 1 if something is left that is worse than a note. What each code means is in \
            docs/check.md.

            Example: spool-worker check --json | jq '.[] | select(.severity == "error")'
            """)

    @Flag(help: "Mend what is clearly wrong and clearly nobody's any more.")
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
