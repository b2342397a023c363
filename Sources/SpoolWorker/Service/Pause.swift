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
