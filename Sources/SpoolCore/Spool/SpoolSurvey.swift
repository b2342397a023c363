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
        /// The name of one of them that is not hidden; nil if there is none.
        public var ignoredExample: String?
    }

    public var states: [SpoolFolder: State]
    public var workers: [RegisteredWorker]

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
                try state.count(spool[folder], documents: folder.hasDocuments)
            }
            states[folder] = state
        }
        workers = try spool.workers()
    }
}

extension SpoolSurvey.State {
    /// - Parameter documents: whether result documents belong into the folder.
    fileprivate mutating func count(_ folder: Folder, documents: Bool) throws(SystemFailure) {
        var listing = try folder.listing()
        while let entry = try listing.next() {
            guard JobName(entry) != nil else {
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
        }
    }
}
