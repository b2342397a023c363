public import SystemPackage

/// The folders of a spool. A job's file is in exactly one of ``jobStates`` at any time.
public enum SpoolFolder: String, Sendable, CaseIterable {
    /// Jobs that wait. Producers write here; names that begin with a dot are not looked at.
    case incoming
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
    public static let jobStates: [SpoolFolder] = [.incoming, .processing, .retry, .done, .failed]

    /// The folders between which jobs and documents are renamed: one file system holds them all.
    static let sharedFileSystem: [SpoolFolder] = jobStates + [.tmp, .control]

    public var name: FilePath.Component {
        // The raw values are plain names, without a slash.
        FilePath.Component(rawValue)!
    }
}
