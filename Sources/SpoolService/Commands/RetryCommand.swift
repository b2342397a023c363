public import ArgumentParser
public import SpoolCore
import SystemPackage

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Let failed jobs be tried again.",
        discussion: """
            Does what mv SPOOL/failed/NAME.json SPOOL/incoming/ does: the worker that claims the job finds its result \
            and continues the history. A job that waits in SPOOL/retry becomes due at once. Prints the names of the \
            jobs, one per line.

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
        guard names.isEmpty == all else { throw ValidationError("name the jobs, or say --all, and not both") }
        guard code == nil || all else { throw ValidationError("--code needs --all") }
    }

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            var hasFailed = false
            let names = try chosen(in: spool) { name, reason in
                hasFailed = true
                Terminal.printError(
                    "spool-worker: \(name) is left in failed, because its result cannot be read: \(reason); to try it "
                        + "again all the same, name it")
            }
            for name in names {
                do {
                    switch try spool.resubmit(name) {
                    case .movedBack(let name): print(name)
                    case .madeDue: print(name)
                    case .notFound:
                        hasFailed = true
                        Terminal.printError("spool-worker: \(name) is neither in failed nor in retry")
                    case .nameTaken:
                        hasFailed = true
                        Terminal.printError(
                            "spool-worker: another job of the name \(name) waits in incoming; try later")
                    }
                } catch {
                    // One that cannot be moved does not keep the others.
                    hasFailed = true
                    Terminal.printError("spool-worker: \(name) is not tried again: \(error)")
                }
            }
            if hasFailed { throw ExitStatus.unavailable.code }
        }
    }

    private func chosen(
        in spool: Spool, unreadable: (JobName, UnreadableResult) -> Void
    ) throws -> [JobName] {
        if all {
            return try spool.failedJobs(where: { code == nil || $0?.code == code }, unreadable: unreadable)
        }
        return try names.map(JobArguments.job)
    }
}

extension ErrorCode: ExpressibleByArgument {
    /// A code that this version does not know is more likely a slip.
    public init?(argument: String) {
        guard let code = Self.allCases.first(where: { $0.rawValue == argument }) else { return nil }
        self = code
    }

    public static var allValueStrings: [String] { allCases.map(\.rawValue) }
}
