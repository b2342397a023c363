/// Why nothing is claimed for a while.
enum Pause: Equatable {
    /// The spool's file system has failed; tried again at that time.
    case failure(String, until: ContinuousClock.Instant)
    /// Too little space or too few inodes are left; looked at again at that time.
    case shortage(String, until: ContinuousClock.Instant)

    var reason: String {
        switch self {
        case .failure(let reason, _), .shortage(let reason, _): reason
        }
    }

    var until: ContinuousClock.Instant {
        switch self {
        case .failure(_, let until), .shortage(_, let until): until
        }
    }
}
