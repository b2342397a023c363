import ArgumentParser
import FoundationEssentials
import SpoolCore

struct FailuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failures",
        abstract: "Show why jobs failed: how many by each error code, with an example.",
        discussion: """
            By hand: jq -r .error.code SPOOL/failed/*.result.json | sort | uniq -c

            To try those of one code again: spool-worker retry --all --code CODE
            """)

    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            var groups: [String: Group] = [:]
            for name in try spool.jobs(in: .failed) {
                let document = try spool.find(name).first { $0.state == .failed }?.document
                groups[document?.error?.code.rawValue ?? "without a readable result", default: Group()].add(
                    name, document)
            }
            let sorted = groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            if json {
                var object = JSONObject()
                for (code, group) in sorted { object[code] = group.json }
                return print(JSONValue.object(object).text())
            }
            for (code, group) in sorted { print(group.lines(code).joined(separator: "\n")) }
        }
    }

    private struct Group {
        var count = 0
        /// The one that failed last.
        var example: (name: JobName, message: String?, at: Date?)?

        mutating func add(_ name: JobName, _ document: ResultDocument?) {
            count += 1
            let at = document?.finishedAt
            if let known = example, (known.at ?? .distantPast) >= (at ?? .distantPast) { return }
            example = (name, document?.error?.message, at)
        }

        var json: JSONValue {
            [
                "jobs": .number(count), "example": example.map { .string("\($0.name)") } ?? .null,
                "message": example?.message.map { .string($0) } ?? .null,
                "lastFailedAt": example?.at.map { .string(Timestamp.text($0)) } ?? .null,
            ]
        }

        func lines(_ code: String) -> [String] {
            guard let example else { return [] }
            return ["\(count)\t\(code)\t\(example.name)"] + (example.message.map { ["\t\($0)"] } ?? [])
        }
    }
}
