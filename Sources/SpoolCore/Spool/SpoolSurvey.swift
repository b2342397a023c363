public import FoundationEssentials
public import SpoolSystem
import SystemPackage

/// What a spool holds at a moment, for people and monitors.
public struct SpoolSurvey: Sendable, Equatable {
    public struct State: Sendable, Equatable {
        public var jobs = 0
        /// When the longest waiting of them came; nil if there is none.
        public var oldest: Date?
        /// Entries that are no jobs: hidden files, names without `.json`, stray documents.
        public var ignored = 0
    }

    public struct Worker: Sendable, Equatable {
        public var worker: ResultDocument.Worker
        /// Whether it lives, as far as this host's kernel knows.
        public var isAlive: Bool
    }

    public var states: [SpoolFolder: State]
    public var workers: [Worker]

    /// Looks at every entry of the state folders.
    public init(of spool: Spool) throws(SystemFailure) {
        states = [:]
        for folder in SpoolFolder.jobStates {
            var state = State()
            if folder == .processing {
                var listing = try spool[folder].listing()
                while let name = try listing.next() {
                    guard try spool[folder].status(of: name)?.kind == .folder else { continue }
                    let claims = try Spool.existing { () throws(SystemFailure) in try spool[folder].folder(name) }
                    if let claims { try state.count(claims, documents: true) }
                }
            } else {
                try state.count(spool[folder], documents: folder != .incoming)
            }
            states[folder] = state
        }
        workers = try spool.workers().map { Worker(worker: $0.worker, isAlive: $0.isAlive) }
    }
}

extension SpoolSurvey.State {
    /// - Parameter documents: whether result documents belong into the folder.
    fileprivate mutating func count(_ folder: Folder, documents: Bool) throws(SystemFailure) {
        var listing = try folder.listing()
        while let entry = try listing.next() {
            guard JobName(entry) != nil else {
                // The embedded spool keeps its folders in version control by .gitkeep.
                if entry.string != ".gitkeep" && !(documents && entry.string.hasSuffix(".result.json")) { ignored += 1 }
                continue
            }
            // One that is gone by now has moved on.
            guard let status = try folder.status(of: entry) else { continue }
            jobs += 1
            let changed = Date(nanoseconds: status.changed)
            oldest = min(oldest ?? changed, changed)
        }
    }
}
