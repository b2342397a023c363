public import FoundationEssentials
public import SpoolSystem
import SystemPackage

/// What a spool holds at a moment, for people and monitors.
public struct SpoolSurvey: Sendable, Equatable {
    /// What a folder of the spool holds.
    public struct State: Sendable, Equatable {
        /// How many jobs there are.
        public var jobs = 0
        /// So many of them came within the last minute: in `done` and `failed`, those that ended then.
        public var lastMinute = 0
        /// The same for the last hour.
        public var lastHour = 0
        /// Whether this user may not look into the folder; then nothing is known of it.
        public var isDenied = false
        /// When the longest waiting of them came; nil if there is none.
        public var oldest: Date?
        /// In `retry`, when the next job may be begun; nil if there is none.
        public var nextDue: Date?
        /// Entries that are no jobs: hidden files, names without `.json`, stray documents.
        public var ignored = 0
        /// The name of one of them that is not hidden; nil if there is none.
        public var ignoredExample: String?
    }

    /// A job that a worker has.
    public struct JobUnderWay: Sendable, Equatable {
        /// The job's name.
        public var name: JobName
        /// The id of the worker.
        public var worker: String
        /// When the worker claimed it.
        public var since: Date
        /// How far it is; nil in the first seconds, and if this user may not read that.
        public var progress: ResultDocument.Progress?
    }

    /// By folder, for all of ``SpoolFolder/jobStates``.
    public var states: [SpoolFolder: State]
    /// The ones that were claimed first; ``mostUnderWay`` at most.
    public var underWay: [JobUnderWay]
    /// The workers that are registered; none if this user may not look.
    public var workers: [RegisteredWorker]

    /// How many jobs ``underWay`` has at most.
    public static let mostUnderWay = 1000

    /// Looks at every entry of the state folders.
    /// - Parameters:
    ///   - spool: the spool.
    ///   - readsProgress: whether to read how far each job under way is, from its record.
    public init(of spool: Spool, readsProgress: Bool = true) throws(SystemFailure) {
        let now = Date()
        states = [:]
        underWay = []
        workers = []
        for folder in SpoolFolder.jobStates {
            var state = State()
            var nextDue: Date?
            do throws(SystemFailure) {
                for (worker, place) in try spool.places(of: folder) {
                    try state.count(place, documents: folder.hasDocuments, now: now) {
                        (name, status, since) throws(SystemFailure) in
                        if folder == .retry {
                            let due = Date(nanoseconds: try spool.dueTime(of: name, status))
                            nextDue = min(nextDue ?? due, due)
                        }
                        guard let worker, underWay.count < Self.mostUnderWay else { return }
                        underWay.append(
                            JobUnderWay(
                                name: name, worker: worker, since: since,
                                progress: readsProgress ? try Self.progress(of: name, in: place) : nil))
                    }
                }
            } catch  where error.errno == .permissionDenied {
                state = State()
                state.isDenied = true
            }
            state.nextDue = nextDue
            states[folder] = state
        }
        underWay.sort { ($0.since, $0.name.description) < ($1.since, $1.name.description) }
        do throws(SystemFailure) {
            workers = try spool.workers()
        } catch  where error.errno == .permissionDenied {
            workers = []
        }
    }
}

extension SpoolSurvey {
    private static func progress(
        of job: JobName, in claims: Folder
    ) throws(SystemFailure) -> ResultDocument.Progress? {
        do throws(SystemFailure) {
            return try AttemptRecords.read(of: job, in: claims)?.progress
        } catch  where error.errno == .permissionDenied {
            return nil
        }
    }
}

extension SpoolSurvey.State {
    /// - Parameter documents: whether result documents belong into the folder.
    /// - Parameter found: gets each job, its file, and when it came.
    fileprivate mutating func count(
        _ folder: Folder, documents: Bool, now: Date, found: (JobName, FileStatus, Date) throws(SystemFailure) -> Void
    ) throws(SystemFailure) {
        var listing = try folder.listing()
        while let entry = try listing.next() {
            guard let name = JobName(entry) else {
                // The embedded spool keeps its folders in version control by .gitkeep; workers have hidden files of
                // their own.
                let isExpected =
                    documents
                    ? entry.isHidden || entry.string.hasSuffix(".result.json") : entry.string == ".gitkeep"
                if !isExpected {
                    ignored += 1
                    if ignoredExample == nil, !entry.isHidden { ignoredExample = entry.printable }
                }
                continue
            }
            // One that is gone by now has moved on.
            guard let status = try folder.status(of: entry) else { continue }
            jobs += 1
            let changed = Date(nanoseconds: status.changed)
            oldest = min(oldest ?? changed, changed)
            let age = now.timeIntervalSince(changed)
            if age < 60 { lastMinute += 1 }
            if age < 3600 { lastHour += 1 }
            try found(name, status, changed)
        }
    }
}
