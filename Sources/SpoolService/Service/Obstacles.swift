import SpoolSystem
import SystemPackage

/// Why nothing is claimed for a while.
struct Pause {
    enum Cause {
        /// The spool's file system has failed.
        case failure
        /// Too little space or too few inodes are left.
        case shortage
    }

    var cause: Cause
    var reason: String
    /// When it is looked at again.
    var until: ContinuousClock.Instant
}

extension SystemFailure {
    /// Whether somebody forbids it, or a file is in the way: no sign that the file system fails.
    var isOfRights: Bool { [.permissionDenied, .notPermitted, .fileExists].contains(errno) }

    /// What a pause after it is said to be for.
    var headline: String {
        switch errno {
        case .permissionDenied, .notPermitted: "the worker lacks a right in the spool's folders"
        case _ where isStarvation: "the worker has too few descriptors or too little memory"
        case .fileExists: "a file is in the way of a move in the spool"
        default: "the spool's file system failed"
        }
    }
}
