import ArgumentParser
import UnixSignals

/// The exit statuses of all subcommands, as sysexits.h numbers them where it has a number.
enum ExitStatus: Int32, CaseIterable {
    case success = 0
    /// The command did its work, and at least one job failed (`run --once`, `submit --wait`, `wait`) or would fail (`explain`); or see ``findingsLeft``.
    case jobsFailed = 1
    /// Unknown options or wrong arguments.
    case usage = 64
    /// The spool or something that the worker needs is not there or not usable.
    case unavailable = 69
    /// A mistake in this program.
    case software = 70
    /// The file system failed.
    case inputOutput = 74
    /// Something has not happened in time, or too little space is left; trying again can help.
    case temporary = 75
    /// A setting is wrong.
    case configuration = 78
    // As a shell numbers a program that a signal has ended. A status of their own: a script that tries again after
    // ``temporary`` must stop when somebody interrupts it.
    /// SIGHUP stopped `run --once` before all was done.
    case hungUp = 129
    /// SIGINT stopped `run --once` before all was done.
    case interrupted = 130
    /// SIGTERM stopped `run --once` before all was done.
    case terminated = 143

    /// The command did its work, and something is wrong with the spool (`check`).
    static let findingsLeft = ExitStatus.jobsFailed

    /// The status of a run that a signal has stopped before all was done.
    init(stoppedBy signal: UnixSignal) {
        switch signal {
        case .sighup: self = .hungUp
        case .sigint: self = .interrupted
        default: self = .terminated
        }
    }

    var meaning: String {
        switch self {
        case .success: "success"
        case .jobsFailed:
            "at least one job failed (run --once, submit --wait, wait) or would fail (explain), or something is wrong with the "
                + "spool (check)"
        case .usage: "unknown options or wrong arguments"
        case .unavailable: "the spool, or something that the worker needs, is missing or cannot be used"
        case .software: "an error in this program"
        case .inputOutput: "the file system failed"
        case .temporary:
            "not now: too little space is left (run --once), or not done in time (submit --wait-timeout, "
                + "wait and drain with --timeout)"
        case .configuration: "a setting is wrong"
        case .hungUp: "SIGHUP stopped run --once before all jobs were done"
        case .interrupted: "SIGINT stopped run --once before all jobs were done"
        case .terminated: "SIGTERM stopped run --once before all jobs were done"
        }
    }

    var code: ExitCode { ExitCode(rawValue) }

    /// The end of every subcommand's help.
    static var help: String {
        "EXIT STATUS\n"
            + allCases.map { status in
                let number = "\(status.rawValue)"
                return "  \(String(repeating: " ", count: 3 - number.count))\(number)  \(status.meaning)"
            }
            .joined(separator: "\n")
    }
}
