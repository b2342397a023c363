import ArgumentParser
import SpoolCore
import SpoolSystem
import SystemPackage

/// Jobs that are named on the command line.
struct JobArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp("The jobs; .json can be left out, and a path is as good as a name.", valueName: "name"))
    var names: [String] = []

    /// - Throws: ``UsageError`` for what cannot be a job's name.
    func jobs() throws(UsageError) -> [JobName] {
        var jobs: [JobName] = []
        for name in names { jobs.append(try Self.job(name)) }
        return jobs
    }

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
    @OptionGroup var arguments: JobArguments
    @Flag(help: "All jobs that lie there.")
    var all = false

    func validate() throws {
        guard arguments.names.isEmpty == all else { throw ValidationError("name the jobs, or say --all") }
    }

    /// - Parameter state: whose jobs all are.
    func jobs(of spool: Spool, in state: SpoolFolder) throws -> [JobName] {
        try all ? spool.jobs(in: state) : arguments.jobs()
    }
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
