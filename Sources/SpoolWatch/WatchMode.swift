/// How the worker learns of new jobs. A scan of the whole folder runs in every mode; events only make it early.
public enum WatchMode: String, Sendable, Equatable, CaseIterable {
    /// Events where they are seen to arrive, otherwise fast scans.
    case auto
    /// Events, and refuse to start where they do not arrive.
    case inotify
    /// Fast scans alone.
    case poll
}

/// How a running watcher works, and why.
package struct WatchReport: Sendable, Equatable {
    package var usesEvents: Bool
    /// Time between two scans.
    package var scanInterval: Duration
    /// Where events come from, or why there are none.
    package var reason: String
}

/// Why events cannot be had although they were asked for.
package struct WatchError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String
}

extension WatchReport {
    /// For the log: "events (inotify), full scan each 60.0 seconds".
    package var description: String {
        "\(usesEvents ? "events" : "no events") (\(reason)), full scan each \(scanInterval)"
    }
}
