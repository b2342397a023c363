public import SystemPackage

/// The folders of a spool. A job's file is in exactly one of ``jobStates`` at any time.
public enum SpoolFolder: String, Sendable, CaseIterable {
    /// Jobs that wait. Producers write here; names that begin with a dot are not looked at.
    case incoming
    /// Jobs that an operator keeps from the workers.
    case hold
    /// Jobs that a live worker has claimed, in one folder a worker.
    case processing
    /// Jobs whose last attempt failed for a passing reason.
    case retry
    /// Jobs that succeeded, each with its result document.
    case done
    /// Jobs that failed for good, each with its result document.
    case failed
    /// The default root of source images.
    case input
    /// The default root of renditions.
    case output
    /// Staging on the spool's own file system: write here, then rename into ``incoming``.
    case tmp
    /// The spool's marker and the workers' leases.
    case control = ".spool"

    /// Where a job's file can be.
    public static let jobStates: [SpoolFolder] = [.incoming, .hold, .processing, .retry, .done, .failed]

    /// Where jobs lie side by side, not in a folder for each worker.
    static let plainStates: [SpoolFolder] = jobStates.filter { $0 != .processing }

    /// Whether result documents lie beside the jobs.
    var hasDocuments: Bool { [.processing, .retry, .done, .failed].contains(self) }

    /// Whether jobs in it have not ended and no worker has them.
    var isWaiting: Bool { [.incoming, .hold, .retry].contains(self) }

    /// Whether a spool of this format may lack it, because an older version of this program made it: who opens the spool
    /// makes it.
    var isNew: Bool { self == .hold }

    /// The folders between which jobs and documents are renamed: one file system holds them all.
    static let sharedFileSystem: [SpoolFolder] = jobStates + [.tmp, .control]

    /// Its name in the spool's folder.
    public var name: FilePath.Component {
        // The raw values are plain names, without a slash.
        FilePath.Component(rawValue)!
    }
}
