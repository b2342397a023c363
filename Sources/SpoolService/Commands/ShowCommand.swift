import ArgumentParser
import FoundationEssentials
import SpoolCore
import SpoolSystem
import SystemPackage

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show where jobs are, and their history.",
        discussion: """
            A job that several states have under one name is shown for each. By hand: ls SPOOL/*/NAME.json \
            SPOOL/processing/*/NAME.json, and jq . of the NAME.result.json beside it.
            """)

    @OptionGroup var jobs: JobArguments
    @Flag(help: "Print JSON: an array of what was found.")
    var json = false
    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            var deeds = JobDeeds()
            var found: [FoundJob] = []
            deeds.run(try jobs.jobs()) { name in
                let places = try spool.find(name)
                found += places
                return places.isEmpty ? "is not in the spool" : nil
            }
            if json {
                print(JSONValue.array(found.map(\.json)).text())
            } else {
                for (number, job) in found.enumerated() {
                    if number > 0 { print("") }
                    print(job.lines.joined(separator: "\n"))
                }
            }
            try deeds.end()
        }
    }
}

extension FoundJob {
    fileprivate var json: JSONValue {
        [
            "path": .string(path.printable), "state": .string(state.rawValue),
            "worker": worker.map { .string($0) } ?? .null,
            "result": document?.json ?? .null,
        ]
    }

    /// What happened, in the order of time.
    fileprivate var lines: [String] {
        var lines = [path.printable]
        guard let document else {
            return lines + [
                "  " + (state == .hold ? "is held" : state == .incoming ? "waits" : "has no readable history")
            ]
        }
        func add(_ time: Date?, _ text: String) { lines.append("  \(time.map(Timestamp.text) ?? "…")  \(text)") }
        add(document.submittedAt, "dropped")
        let progress =
            document.progress.map {
                ", \($0.renditions) of \($0.total) renditions are complete"
            } ?? ""
        for attempt in document.attempts {
            let time = attempt.milliseconds.map { " after \(Int($0.rounded())) ms" } ?? ""
            guard let error = attempt.error else {
                add(
                    attempt.startedAt,
                    "attempt \(attempt.number)"
                        + (attempt.milliseconds == nil ? " is under way\(progress)" : " succeeded\(time)"))
                continue
            }
            add(attempt.startedAt, "attempt \(attempt.number) failed\(time): \(error.code.rawValue): \(error.message)")
        }
        if let retryAt = document.retryAt {
            add(retryAt, document.attempts.isEmpty ? "is begun then, as the job asks" : "is tried again then")
        }
        if let finishedAt = document.finishedAt {
            add(
                finishedAt,
                document.error.map { "failed: \($0.code.rawValue): \($0.message)" } ?? "done by \(document.worker.id)")
        }
        for rendition in document.renditions {
            lines.append(
                "    \(rendition.path.shown) \(rendition.width)×\(rendition.height) \(rendition.format), \(ByteSize(rendition.bytes))"
            )
        }
        return lines
    }
}
