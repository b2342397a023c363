import ArgumentParser
import SpoolCore

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Let no worker of the spool claim a job.",
        discussion: """
            Does what echo REASON > SPOOL/.spool/pause does. Workers see it within two seconds, go on with what they are at, \
            and claim nothing more until spool-worker resume. Producers may go on dropping jobs. status shows the pause.
            """)

    @Option(help: ArgumentHelp("Shown by status and in the log.", valueName: "text"))
    var reason = ""
    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        try await CommandFailure.reporting {
            try Spool(at: try await settings.load().spool).pause(because: reason)
        }
    }
}

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "End a pause.",
        discussion: "Does what rm SPOOL/.spool/pause does.")

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        try await CommandFailure.reporting {
            guard try Spool(at: try await settings.load().spool).resume() else {
                return Terminal.printError("spool-worker: the spool was not paused")
            }
        }
    }
}

struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Pause the spool and wait until no worker has a job.",
        discussion: """
            For maintenance: when it returns, no job is in processing, and none is claimed until spool-worker resume. The \
            pause stays also when --timeout ends the wait.

            By hand: touch SPOOL/.spool/pause; wait until ls SPOOL/processing/* shows no job.
            """)

    @Option(help: ArgumentHelp("Shown by status and in the log.", valueName: "text"))
    var reason = "drained"
    @OptionGroup var limit: TimeLimit
    @OptionGroup var settings: SettingsOptions

    private static let pauseBetweenLooks = Duration.milliseconds(100)
    /// Workers look whether there is a pause each second, and claim what they have begun to look at.
    private static let settling = Duration.seconds(3)

    func run() async throws {
        try await CommandFailure.reporting {
            let spool = try Spool(at: try await settings.load().spool)
            try spool.pause(because: reason)
            let start = ContinuousClock.now
            let deadline = limit.deadline
            var emptyLooks = 0
            while true {
                // In this order: whoever has seen the pause begins nothing more, so what lies there then is all there is.
                let hasSettled = try spool.isQuiet(atLeast: Self.settling, since: start)
                let jobs = try spool.jobs(in: .processing)
                // Twice: a turn that had begun before the pause was seen may claim between them.
                emptyLooks = hasSettled && jobs.isEmpty ? emptyLooks + 1 : 0
                if emptyLooks == 2 { return }
                if let deadline, deadline <= .now {
                    let reason =
                        jobs.isEmpty
                        ? "not every worker has seen the pause yet" : JobWait.late(jobs, of: jobs.count)
                    Terminal.printError("spool-worker: \(reason)")
                    throw ExitStatus.temporary.code
                }
                try await Task.sleep(for: Self.pauseBetweenLooks)
            }
        }
    }
}

extension Spool {
    /// Whether every live worker has seen the pause, or has had the time for it.
    fileprivate func isQuiet(
        atLeast settling: Duration, since start: ContinuousClock.Instant
    ) throws -> Bool {
        let live = try workers().filter { $0.state != .dead }
        // A silent one is stopped, and looks before it claims when it goes on.
        return live.allSatisfy { $0.pause != nil || $0.state == .silent && .now - start >= settling }
    }
}
