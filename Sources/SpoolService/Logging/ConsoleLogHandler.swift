import FoundationEssentials
import Glibc
import Logging
import SpoolSystem
import Synchronization

/// The level of all loggers of this process, which can change.
final class SharedLogLevel: Sendable {
    private let state: Mutex<Logger.Level>

    init(_ level: Logger.Level) { state = Mutex(level) }

    var level: Logger.Level {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Writes one line a message to standard error: for a person on a terminal, or plain. Where the journal of systemd reads
/// standard error, the messages go to the journal itself, with fields to search by.
struct ConsoleLogHandler: LogHandler {
    enum Style: Sendable {
        /// `12:30:05 warning  message  key=value`, with colour.
        case terminal
        /// An entry with `MESSAGE=message key=value` and fields; `<4>message key=value` while the journal cannot be reached.
        case journal(Journal)
        /// `2026-01-31T12:30:05.250Z warning message key=value`.
        case plain
    }

    /// Of this handler alone, if that was set; else that of all.
    var logLevel: Logger.Level {
        get { ownLevel ?? level.level }
        set { ownLevel = newValue }
    }
    private var ownLevel: Logger.Level?
    private let level: SharedLogLevel
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let style: Style
    private let write: @Sendable (String) -> Void

    init(
        level: SharedLogLevel, style: Style,
        write: @escaping @Sendable (String) -> Void = ConsoleLogHandler.writeToStandardError
    ) {
        self.level = level
        self.style = style
        self.write = write
    }

    /// The style that fits where standard error leads.
    static func style(environment: [String: String]) -> Style {
        if Journal.readsStandardError(environment: environment) { return .journal(Journal()) }
        return isatty(STDERR_FILENO) == 1 && environment["NO_COLOR"] == nil ? .terminal : .plain
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
        // A name with a line break in it must not make two lines, or forge one.
        let message = Self.shown(event.message.description) + pairs
        switch style {
        case .journal(let journal):
            do throws(SystemFailure) {
                try journal.write(
                    [
                        Journal.Field("MESSAGE", message), Journal.Field("PRIORITY", "\(event.level.priority)"),
                        Journal.Field("SYSLOG_IDENTIFIER", Self.identifier),
                    ] + Self.fields(all))
            } catch {
                // The journal reads that, too.
                write("<\(event.level.priority)>\(message)\n")
            }
        case .plain:
            let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            write("\(time) \(event.level) \(message)\n")
        case .terminal:
            let time = Date().formatted(
                Date.ISO8601FormatStyle(timeZone: .current).time(includingFractionalSeconds: false))
            write("\u{1B}[2m\(time)\u{1B}[0m \(event.level.colour)\(event.level)\u{1B}[0m \(message)\n")
        }
    }

    private static let identifier = "spool-worker"
    /// What can be searched for: `journalctl JOB=cat.json`.
    private static let searchable = ["job": "JOB", "worker": "WORKER", "code": "CODE"]

    private static func fields(_ metadata: Logger.Metadata) -> [Journal.Field] {
        searchable.sorted { $0.key < $1.key }.compactMap { key, field in
            metadata[key].map { Journal.Field(field, shown("\($0)")) }
        }
    }

    /// Bytes of a message, and of each value beside it: a line quotes what producers write.
    private static let maximumBytes = 1024

    private static func shown(_ text: String) -> String {
        text.shortened(to: maximumBytes).escapingControls.shortened(to: maximumBytes)
    }

    private static func quoted(_ text: String) -> String {
        let text = shown(text)
        return text.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) || text.isEmpty
            ? "\"\(text.replacing("\"", with: "\\\""))\"" : text
    }

    @Sendable static func writeToStandardError(_ line: String) {
        // One write a line keeps lines whole; where nobody reads, there is nobody to tell.
        unsafe Array(line.utf8).withUnsafeBytes { _ = unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension Logger.Level {
    /// The priority of syslog(3) that systemd reads between angle brackets.
    fileprivate var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    fileprivate var colour: String {
        switch self {
        case .trace, .debug: "\u{1B}[2m"
        case .info, .notice: "\u{1B}[32m"
        case .warning: "\u{1B}[33m"
        case .error, .critical: "\u{1B}[31m"
        }
    }
}
