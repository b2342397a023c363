public import ArgumentParser
public import SpoolCore
import SystemPackage

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Let failed jobs be tried again.",
        discussion: """
            Does what mv SPOOL/failed/NAME.json SPOOL/incoming/ does: the worker that claims the job finds its result \
            and tells the story on. A job that waits in SPOOL/retry becomes due at once. The names of the jobs are \
            printed, one a line.

            Example: spool-worker retry --all --code input_not_found
            """)

    @Argument(help: ArgumentHelp("The jobs, as they are named in failed; .json can be left out.", valueName: "name"))
    var names: [String] = []

    @Flag(help: "All jobs that failed.")
    var all = false

    @Option(help: ArgumentHelp("With --all: only jobs whose error has this code.", valueName: "code"))
    var code: ErrorCode?

    @OptionGroup var settings: SettingsOptions

    func validate() throws {
        guard names.isEmpty == all else { throw ValidationError("name the jobs, or say --all") }
        guard code == nil || all else { throw ValidationError("--code needs --all") }
    }

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            var hasFailed = false
            for name in try chosen(in: spool) {
                switch try spool.resubmit(name) {
                case .movedBack, .madeDue: print(name)
                case .notFound:
                    hasFailed = true
                    Terminal.printError("spool-worker: \(name) is neither in failed nor in retry")
                case .nameTaken:
                    hasFailed = true
                    Terminal.printError("spool-worker: another job of the name \(name) waits in incoming; try later")
                }
            }
            if hasFailed { throw ExitStatus.unavailable.code }
        }
    }

    private func chosen(in spool: Spool) throws -> [JobName] {
        if all { return try spool.failedJobs { code == nil || $0?.code == code } }
        return try names.map { text in
            // A path is as good as a name: shells complete paths.
            let file = FilePath(text).lastComponent?.string ?? text
            guard let name = FilePath.Component(file.hasSuffix(".json") ? file : file + ".json").flatMap(JobName.init)
            else { throw UsageError("\(text) is no job's name") }
            return name
        }
    }
}

extension ErrorCode: ExpressibleByArgument {}
