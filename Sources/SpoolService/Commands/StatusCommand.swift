import ArgumentParser
import FoundationEssentials
import SpoolCore
import SpoolSystem
import SystemPackage

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what a spool holds: jobs in each state, the oldest, what is under way, the workers.",
        discussion: """
            Claim folders into which this user may not look have a question mark. For probes and monitors: spool-worker health.

            By hand: ls SPOOL/incoming | wc -l; ls -t SPOOL/done | head; cat SPOOL/.spool/workers/*
            """)

    @OptionGroup var settings: SettingsOptions

    @Flag(help: "Print JSON; with --watch one line each time.")
    var json = false

    @Flag(help: "Show it again and again, until it is interrupted.")
    var watch = false

    @Flag(help: "Exit with 69 if no worker serves the spool, or one hangs, as health --all-hosts does.")
    var exitStatus = false

    private static let interval = Duration.seconds(2)
    /// Looks at a large spool take at most about a fifth of the time.
    private static let leisure = 5

    func validate() throws {
        guard !watch || !exitStatus else { throw ValidationError("--watch has no end, and so no --exit-status") }
    }

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            repeat {
                let begin = ContinuousClock.now
                let report = StatusReport(
                    spool: spool, survey: try SpoolSurvey(of: spool), pause: try spool.pauseReason(), now: Date())
                if watch && json {
                    print(String(decoding: report.json.bytes(indented: false), as: UTF8.self))
                } else if watch {
                    // From the top of an empty screen; a file or a pipe gets one after the other.
                    print((Terminal.outputIsTerminal ? "\u{1B}[H\u{1B}[2J" : "") + report.text + "\n")
                } else {
                    print(json ? report.json.text() : report.text)
                }
                guard watch else {
                    if exitStatus {
                        try WorkerHealth(of: report.survey.workers, on: nil, serving: spool).report()
                    }
                    return
                }
                Terminal.flush()
                try await Task.sleep(for: max(Self.interval, (.now - begin) * Self.leisure))
            } while true
        }
    }
}

/// A survey as people or programs read it.
struct StatusReport {
    var spool: Spool
    var survey: SpoolSurvey
    /// Why an operator has paused the spool; nil if nobody has.
    var pause: String?
    var now: Date

    var json: JSONValue {
        var states = JSONObject()
        for folder in SpoolFolder.jobStates {
            guard let state = survey.states[folder] else { continue }
            states[folder.rawValue] = [
                "jobs": state.isDenied ? .null : .number(state.jobs),
                "lastMinute": state.isDenied ? .null : .number(state.lastMinute),
                "lastHour": state.isDenied ? .null : .number(state.lastHour),
                "oldestSeconds": state.oldest.map { .number(age(of: $0), digits: 3) } ?? .null,
                "nextDue": state.nextDue.map { .string(Timestamp.text($0)) } ?? .null,
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
            "pause": pause.map { .string($0) } ?? .null,
            "underWay": .array(
                survey.underWay.map { job in
                    [
                        "job": .string("\(job.name)"), "worker": .string(job.worker),
                        "seconds": .number(age(of: job.since), digits: 3),
                        "progress": job.progress?.json ?? .null,
                    ]
                }),
            "workers": .array(workers),
        ]
    }

    var text: String {
        var rows = [["FOLDER", "JOBS", "LAST MINUTE", "LAST HOUR", "OLDEST", "IGNORED"]]
        for folder in SpoolFolder.jobStates {
            guard let state = survey.states[folder] else { continue }
            if state.isDenied {
                rows.append([folder.rawValue, "?", "?", "?", "?", ""])
                continue
            }
            rows.append([
                folder.rawValue, "\(state.jobs)", "\(state.lastMinute)", "\(state.lastHour)",
                state.oldest.map { Self.words(age(of: $0)) } ?? "-",
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
        var parts = [Self.table(rows, numbers: [1, 2, 3, 4])]
        if let forecast { parts[0].append(forecast) }
        if let pause {
            parts[0].append("paused\(pause.isEmpty ? "" : ": \(pause)"); to go on: spool-worker resume")
        }
        if let due = survey.states[.retry]?.nextDue, due > now {
            parts[0].append("the next job of retry is due in \(Self.words(due.timeIntervalSince(now)))")
        }
        if !survey.underWay.isEmpty {
            var jobs = [["UNDER WAY", "FOR", "RENDITION", "DONE", "WORKER"]]
            jobs += survey.underWay.prefix(Self.mostJobs).map { job in
                let place = job.progress.map { "\(min($0.renditions + 1, $0.total)) of \($0.total)" } ?? ""
                let percent = job.progress.map { "\($0.overall) %" } ?? ""
                return ["\(job.name)", Self.words(age(of: job.since)), place, percent, job.worker]
            }
            parts.append(Self.table(jobs, numbers: [1, 2, 3]))
            let more = survey.underWay.count - Self.mostJobs
            if more > 0 { parts[parts.count - 1].append("and \(more) more") }
        }
        parts.append(survey.workers.isEmpty ? ["no worker"] : Self.table(workers, numbers: [1, 3]))
        return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private static let mostJobs = 10

    /// When all that waits will have ended, if it goes on as in the last minute.
    private var forecast: String? {
        let ended = [SpoolFolder.done, .failed].reduce(0) { $0 + (survey.states[$1]?.lastMinute ?? 0) }
        let waiting = survey.states[.incoming]?.jobs ?? 0
        guard ended > 0, waiting > 0 else { return nil }
        return
            "at the pace of the last minute, incoming is empty in \(Self.words(Double(waiting) / Double(ended) * 60))"
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
