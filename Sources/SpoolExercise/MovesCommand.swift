import ArgumentParser
import Glibc
import Logging
import SpoolCore
import SpoolService
import SpoolSystem
import Synchronization
import SystemPackage

/// Measures what a job costs besides its work: makes a spool of its own, fills it with jobs, and takes each all its way
/// with nothing done in between.
struct MovesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moves", abstract: "Move jobs through a new spool without work.")

    @Argument(help: ArgumentHelp("A folder for the spool; it must not exist yet.", valueName: "dir"))
    var folder: String

    @Option(help: ArgumentHelp("How many jobs.", valueName: "n"))
    var jobs = 1000

    @Option(
        help: ArgumentHelp("How many of them wait when the measurement ends; the others were done.", valueName: "n"))
    var leave = 0

    @Option(help: ArgumentHelp("How many jobs are in flight at a time.", valueName: "n"))
    var inFlight = 8

    @Option(help: ArgumentHelp("full or none.", valueName: "mode"))
    var durability = "full"

    func validate() throws {
        guard jobs > 0, leave >= 0, leave < jobs, inFlight > 0 else {
            throw ValidationError("numbers of jobs are at least 1")
        }
        guard Durability(rawValue: durability) != nil else { throw ValidationError("--durability is full or none") }
    }

    func run() async throws {
        ProcessSetup.raiseDescriptorLimit()
        guard (try? Folder(at: FilePath(folder))) == nil else { throw ValidationError("\(folder) exists already") }
        let spool = try Spool.create(at: FilePath(folder))
        try fill(spool)
        // Jobs of a backlog have long been quiet.
        try await Task.sleep(for: .milliseconds(100))
        let report = try await drain(spool)
        print(report.text())
    }

    private func fill(_ spool: Spool) throws {
        let content = Array(#"{"input": "photo.jpg", "renditions": [{"path": "small.jpg", "width": 320}]}"#.utf8)
        for index in 0..<jobs {
            // The name is plain.
            try spool[.incoming].create(FilePath.Component("job-\(index).json")!).write(content)
        }
        // Jobs that wait have long been written; a disk that is still busy with them would be measured, too.
        sync()
    }

    private func drain(_ spool: Spool) async throws -> JSONValue {
        let environment = ["SPOOL_WORKER_SPOOL": spool.path.string, "SPOOL_WORKER_DURABILITY": durability]
        let configuration = try WorkerConfiguration(
            try await Settings.load(flags: [:], environment: environment, file: nil, workingFolder: "/"), cores: 1)
        var logger = Logger(label: "spool-worker", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        let wake = WakeSignal()
        let inbox = TurnInbox()
        let work = NoWork(limit: jobs - leave) {
            inbox.stop()
            wake.signal()
        }
        let begin = ContinuousClock.now
        let service = try WorkerService(
            spool, doing: work, configuration, turnsAtATime: inFlight, inbox: inbox, wake: wake, logger: logger)
        try await service.run()
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        let first = work.first.withLock { $0 }.map { ($0 - begin) / .seconds(1) } ?? 0
        return [
            "jobs": .number(jobs - leave), "waiting": .number(jobs), "inFlight": .number(inFlight),
            "durability": .string(durability), "seconds": .number(seconds, digits: 4),
            "jobsPerSecond": .number(Double(jobs - leave) / seconds, digits: 1),
            "firstClaimSeconds": .number(first, digits: 4), "peakKilobytes": .number(ProcessSetup.peakKilobytes),
        ]
    }
}

/// Does nothing, and says when the first job came and when enough have.
private final class NoWork: JobWork {
    let first = Mutex<ContinuousClock.Instant?>(nil)
    private let count = Atomic(0)
    private let limit: Int
    private let whenReached: @Sendable () -> Void

    init(limit: Int, whenReached: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.whenReached = whenReached
    }

    func run(_ job: Job, _ attempt: WorkAttempt) async -> WorkOutcome {
        let number = count.add(1, ordering: .relaxed).newValue
        if number == 1 { first.withLock { $0 = .now } }
        if number == limit { whenReached() }
        let nothing = ResultDocument.InputImage(
            path: job.input.path, format: "none", width: 0, height: 0, pages: 0, bytes: 0, sha256: "")
        let timings = ResultDocument.Timings(queued: 0, waited: 0, rendered: 0, committed: 0)
        return .done(ResultDocument.Success(input: nothing, renditions: [], timings: timings))
    }

    func discardLeftovers(of job: Job, id: String?, worker: String) {}
    func close() async {}
    func abort() async {}
}
