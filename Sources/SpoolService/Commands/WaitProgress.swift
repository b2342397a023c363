import SpoolCore
import SpoolSystem
import SystemPackage

/// What a waiting command says on standard error: on a terminal a bar, elsewhere a line now and then; and why nothing
/// happens, if nobody serves the spool.
struct WaitProgress {
    private let spool: Spool
    private let total: Int
    private var nextLine: ContinuousClock.Instant
    private var pauseBetweenLines = Duration.seconds(10)
    private var nextLook: ContinuousClock.Instant
    /// The last that was said of the workers.
    private var obstacle: Obstacle?
    /// The jobs of which it was said that they are begun later.
    private var scheduled: Set<JobName> = []
    private static let mostScheduled = 5
    /// What the bar shows; nil while there is none.
    private var shown: Int?

    private static let longestPause = Duration.seconds(300)
    /// A worker that is just started gets a moment to register.
    private static let firstLook = Duration.seconds(1)
    private static let pauseBetweenLooks = Duration.seconds(5)
    private static let width = 30

    init(spool: Spool, total: Int) {
        self.spool = spool
        self.total = total
        nextLine = .now + pauseBetweenLines
        nextLook = .now + Self.firstLook
    }

    /// - Parameters:
    ///   - open: the jobs that have not ended.
    mutating func show(_ open: [JobName], now: ContinuousClock.Instant) {
        let count = total - open.count
        if nextLook <= now {
            nextLook = now + Self.pauseBetweenLooks
            tellObstacle()
            tellScheduled(open)
        }
        if Terminal.errorIsTerminal {
            guard shown != count else { return }
            shown = count
            let filled = count * Self.width / total
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
            ConsoleLogHandler.writeToStandardError("\r\(bar) \(count)/\(total)")
        } else if nextLine <= now {
            say("spool-worker: waiting; \(count) of \(total) have ended so far")
            // Whoever waits for hours needs no line each ten seconds.
            pauseBetweenLines = min(pauseBetweenLines * 2, Self.longestPause)
            nextLine = now + pauseBetweenLines
        }
    }

    /// Prints a line.
    mutating func say(_ line: String) {
        clear()
        Terminal.printError(line)
    }

    /// Removes the bar.
    mutating func clear() {
        guard shown != nil else { return }
        shown = nil
        ConsoleLogHandler.writeToStandardError("\r\u{1B}[K")
    }

    /// Says once of some jobs that they ask to be begun later.
    private mutating func tellScheduled(_ open: [JobName]) {
        for name in open.prefix(Self.mostScheduled) where !scheduled.contains(name) {
            // As for the workers: a producer may not be allowed to look.
            guard let job = try? spool.job(named: name), job.state == .retry, let document = job.document,
                document.attempts.isEmpty, let time = document.retryAt
            else { continue }
            scheduled.insert(name)
            say("\(name): is begun at \(Timestamp.text(time)), as the job asks (notBefore)")
        }
    }

    private mutating func tellObstacle() {
        // A producer may not be allowed to look at the workers; then nothing can be told of them.
        guard let workers = try? spool.workers() else { return }
        let found = Obstacle(workers)
        defer { obstacle = found }
        if let found {
            // The words of a pause change with each byte that is free.
            if found.isPause != obstacle?.isPause { say("spool-worker: \(found.text(spool.path.printable))") }
        } else if obstacle != nil {
            say("spool-worker: a worker serves the spool now")
        }
    }
}

/// Why no job is begun.
enum Obstacle: Equatable {
    case noWorker
    /// No worker claims anything, for this reason.
    case paused(String)

    /// - Returns: nil if one can be begun.
    init?(_ workers: [RegisteredWorker]) {
        let alive = workers.filter { $0.state == .alive }
        guard let first = alive.first else {
            self = .noWorker
            return
        }
        guard alive.allSatisfy({ $0.pause != nil }) else { return nil }
        self = .paused(first.pause ?? "")
    }

    var isPause: Bool { self != .noWorker }

    func text(_ spool: String) -> String {
        switch self {
        case .noWorker:
            "no worker serves \(spool); the jobs wait until one is started: spool-worker run --spool \(spool)"
        case .paused(let reason): "no worker claims jobs at the moment: \(reason)"
        }
    }
}
