import ArgumentParser
import SpoolCore

struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Keep waiting jobs from the workers.",
        discussion: """
            Does what mv SPOOL/incoming/NAME.json SPOOL/hold/ does. No worker looks into hold, and nothing there gets old. \
            Prints the names of the jobs that are held now, one per line.

            Example: spool-worker hold --all
            """)

    @OptionGroup var selection: JobSelection
    @OptionGroup var output: NameOutput
    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            var deeds = JobDeeds()
            deeds.run(try selection.jobs(of: spool, in: .incoming)) { name in
                switch try spool.hold(name) {
                case .moved(let name): try output.print(name)
                // A worker was faster, which --all does not mind.
                case .notFound:
                    return selection.all
                        ? nil : "does not wait in incoming; to see where it is: spool-worker show \(name)"
                case .nameTaken: return "is not held, because another job of that name is"
                }
                return nil
            }
            try deeds.end()
        }
    }
}

struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Give jobs that are held to the workers again.",
        discussion: """
            Does what mv SPOOL/hold/NAME.json SPOOL/incoming/ does. Prints the names of the jobs, one per line.

            Example: spool-worker release --all
            """)

    @OptionGroup var selection: JobSelection
    @OptionGroup var output: NameOutput
    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            var deeds = JobDeeds()
            deeds.run(try selection.jobs(of: spool, in: .hold)) { name in
                switch try spool.release(name) {
                case .moved(let name): try output.print(name)
                case .notFound: return "is not held"
                case .nameTaken: return "stays held, because another job of that name waits in incoming; try later"
                }
                return nil
            }
            try deeds.end()
        }
    }
}
