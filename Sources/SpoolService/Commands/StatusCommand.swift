import ArgumentParser
import FoundationEssentials
import SpoolCore
import SpoolSystem
import SystemPackage

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what a spool holds: jobs in each state, the oldest, the workers.")

    @OptionGroup var settings: SettingsOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            let report = StatusReport(spool: spool, survey: try SpoolSurvey(of: spool), now: Date())
            print(json ? report.json.text() : report.text)
        }
    }
}

/// A survey as people or programs read it.
struct StatusReport {
    var spool: Spool
    var survey: SpoolSurvey
    var now: Date

    var json: JSONValue {
        var states = JSONObject()
        for folder in SpoolFolder.jobStates {
            guard let state = survey.states[folder] else { continue }
            states[folder.rawValue] = [
                "jobs": .number(state.jobs),
                "oldestSeconds": state.oldest.map { .number(age(of: $0), digits: 3) } ?? .null,
                "ignored": .number(state.ignored),
                "ignoredExample": state.ignoredExample.map { .string($0) } ?? .null,
            ]
        }
        let workers = survey.workers.map { entry -> JSONValue in
            [
                "id": .string(entry.worker.id), "host": .string(entry.worker.host), "pid": .number(entry.worker.pid),
                "version": .string(entry.worker.version), "state": .string(entry.state.rawValue),
                "alive": .bool(entry.state == .alive), "lastBeat": .string(Timestamp.text(entry.lastBeat)),
                "silentSeconds": .number(entry.silence, digits: 3), "pause": entry.pause.map { .string($0) } ?? .null,
                "stall": entry.stall.map { .string($0) } ?? .null,
            ]
        }
        return [
            "spool": .string(spool.path.printable), "id": .string(spool.marker.id), "folders": .object(states),
            "workers": .array(workers),
        ]
    }

    var text: String {
        var rows = [["FOLDER", "JOBS", "OLDEST", "IGNORED"]]
        for folder in SpoolFolder.jobStates {
            guard let state = survey.states[folder] else { continue }
            rows.append([
                folder.rawValue, "\(state.jobs)", state.oldest.map { Self.words(age(of: $0)) } ?? "-",
                state.ignored == 0 ? "" : "\(state.ignored)" + (state.ignoredExample.map { " (\($0))" } ?? ""),
            ])
        }
        var workers = [["WORKER", "PID", "VERSION", "LAST BEAT", "STATE"]]
        for entry in survey.workers {
            workers.append([
                entry.worker.id, "\(entry.worker.pid)", entry.worker.version, Self.words(entry.silence),
                Self.state(of: entry),
            ])
        }
        let workerLines = survey.workers.isEmpty ? ["no worker"] : Self.table(workers, numbers: [1, 3])
        return (Self.table(rows, numbers: [1, 2]) + [""] + workerLines).joined(separator: "\n")
    }

    private static func state(of worker: RegisteredWorker) -> String {
        switch worker.state {
        case .alive: worker.stall.map { "hangs: \($0)" } ?? worker.pause.map { "paused: \($0)" } ?? "alive"
        case .silent: "silent for \(words(worker.silence)): stopped, or hangs"
        case .dead: "dead"
        }
    }

    private func age(of date: Date) -> Double { max(0, now.timeIntervalSince(date)) }

    private static func words(_ seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(Int(seconds))s"
        case ..<7200: "\(Int(seconds / 60))m"
        case ..<172_800: "\(Int(seconds / 3600))h"
        default: "\(Int(seconds / 86_400))d"
        }
    }

    /// Lines with columns of equal width, those with numbers flush right.
    private static func table(_ rows: [[String]], numbers: Set<Int>) -> [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return numbers.contains(column) ? space + row[column] : row[column] + space
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
