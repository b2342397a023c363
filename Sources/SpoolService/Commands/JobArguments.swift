import ArgumentParser
import SpoolCore
import SpoolSystem
import SystemPackage

/// Jobs that are named on the command line.
struct JobArguments: ParsableArguments {
    fileprivate static let help = ArgumentHelp(
        "The jobs; .json can be left out, and a path is as good as a name.", valueName: "name")

    @Argument(help: Self.help)
    var names: [String] = []

    func validate() throws {
        guard !names.isEmpty else { throw ValidationError("name the jobs") }
    }

    /// - Throws: ``UsageError`` for what cannot be a job's name.
    func jobs() throws(UsageError) -> [JobName] { try names.map(Self.job) }

    /// - Parameter text: as people type it; shells complete paths.
    static func job(_ text: String) throws(UsageError) -> JobName {
        let file = FilePath(text).lastComponent?.string ?? text
        guard let name = FilePath.Component(file.hasSuffix(".json") ? file : file + ".json").flatMap(JobName.init)
        else {
            throw UsageError("\(text) is not a name of a job; such a name ends in .json")
        }
        return name
    }
}

/// Jobs that are named, or all that lie in a folder.
struct JobSelection: ParsableArguments {
    @Argument(help: JobArguments.help)
    var names: [String] = []
    @Flag(help: "All jobs that lie there.")
    var all = false

    func validate() throws {
        guard names.isEmpty == all else { throw ValidationError("name the jobs, or say --all, and not both") }
    }

    /// - Parameter state: whose jobs all are.
    func jobs(of spool: Spool, in state: SpoolFolder) throws -> [JobName] {
        try all ? spool.jobs(in: state) : names.map(JobArguments.job)
    }
}

/// How long a command waits.
struct TimeLimit: ParsableArguments {
    @Option(help: ArgumentHelp("Give up after this time and exit with 75. (default: never)", valueName: "time"))
    var timeout: String?

    func validate() throws {
        guard timeout.map({ Duration(setting: $0) != nil }) ?? true else {
            throw ValidationError("--timeout takes a time: 5, 500ms, 2m")
        }
    }

    /// Counted from now.
    var deadline: ContinuousClock.Instant? { timeout.flatMap { Duration(setting: $0) }.map { .now + $0 } }
}

/// How names of jobs are printed.
struct NameOutput: ParsableArguments {
    @Flag(
        name: [.customShort("0"), .customLong("null")],
        help: "End each name with a zero byte instead of a line's end (for xargs -0).")
    var null = false

    func print(_ name: JobName) throws {
        if null {
            try Terminal.write(name.file.bytes + [0])
        } else {
            Swift.print(name)
        }
    }
}

/// Does something to job after job; one that fails does not keep the others.
struct JobDeeds {
    private var hasFailed = false

    mutating func fail(_ message: String) {
        hasFailed = true
        Terminal.printError("spool-worker: \(message)")
    }

    mutating func run(_ jobs: [JobName], _ deed: (JobName) throws -> String?) {
        for job in jobs {
            do {
                if let message = try deed(job) { fail("\(job) \(message)") }
            } catch {
                fail("\(job): \(error)")
            }
        }
    }

    func end() throws { if hasFailed { throw ExitStatus.unavailable.code } }
}
