import SpoolSystem
import SystemPackage

/// Why nothing is claimed. Several reasons can hold at a time, and each comes and goes by itself.
struct Obstacles: Equatable {
    /// The spool's file system has failed; nothing is looked at before then.
    private(set) var failure: (reason: String, until: ContinuousClock.Instant)?
    /// Too little space or too few inodes are left.
    var shortage: String?
    /// Somebody has paused the spool; perhaps an empty text.
    var pause: String?

    var isEmpty: Bool { reason == nil }

    /// All of them in a line; nil if there are none.
    var reason: String? {
        let paused = pause.map { $0.isEmpty ? Self.pausedWords : "\(Self.pausedWords): \($0)" }
        let reasons = [failure?.reason, shortage, paused].compactMap(\.self)
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    private static let pausedWords = "an operator has paused the spool"

    mutating func failed(_ reason: String, until: ContinuousClock.Instant) { failure = (reason, until) }

    /// The file system answers again.
    mutating func recovered() { failure = nil }

    static func == (left: Obstacles, right: Obstacles) -> Bool { left.reason == right.reason }
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
