import ArgumentParser

/// The exit statuses of all subcommands, as sysexits.h numbers them where it has a number.
enum ExitStatus: Int32, CaseIterable {
    case success = 0
    /// The command did its work, and at least one job failed (`run --once`, `submit --wait`); or see ``findingsLeft``.
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

    /// The command did its work, and something is wrong with the spool (`check`).
    static let findingsLeft = ExitStatus.jobsFailed

    var meaning: String {
        switch self {
        case .success: "success"
        case .jobsFailed:
            "at least one job failed (run --once, submit --wait), or something is wrong with the spool (check)"
        case .usage: "unknown options or wrong arguments"
        case .unavailable: "the spool, or something that the worker needs, is missing or not usable"
        case .software: "a mistake in this program"
        case .inputOutput: "the file system failed"
        case .temporary: "not now: too little space is left (run --once), or not done in time (submit --wait-timeout)"
        case .configuration: "a setting is wrong"
        }
    }

    var code: ExitCode { ExitCode(rawValue) }

    /// The end of every subcommand's help.
    static var help: String {
        "EXIT STATUS\n"
            + allCases.map {
                "  \(String(repeating: " ", count: $0.rawValue < 10 ? 1 : 0))\($0.rawValue)  \($0.meaning)"
            }
            .joined(separator: "\n")
    }
}
