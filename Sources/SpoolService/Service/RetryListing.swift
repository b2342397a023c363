import FoundationEssentials
import SpoolCore
import SpoolSystem

/// A look at `retry`: which jobs are due, by the modification time that is their not-before time.
struct RetryListing {
    /// The most names that one look brings; it bounds the memory.
    static let batch = 4096

    /// Due, the longest first.
    private(set) var due: [JobName] = []
    /// When the next of the others is.
    private(set) var next: Date?

    /// - Parameter longestWait: seconds; see ``isDue(_:now:longestWait:)``.
    init(of spool: Spool, now: Date, longestWait: TimeInterval) throws(SystemFailure) {
        let folder = spool[.retry]
        var found: [(name: JobName, time: Date)] = []
        var listing = try folder.listing()
        while let entry = try listing.next() {
            guard let name = JobName(entry), let status = try folder.status(of: entry) else { continue }
            let time = Date(nanoseconds: status.modified)
            if !Self.isDue(time, now: now, longestWait: longestWait) {
                next = min(next ?? time, time)
            } else if found.count < Self.batch {
                found.append((name, time))
            } else {
                // Another look finds it.
                next = now
            }
        }
        due = found.sorted { $0.time < $1.time }.map(\.name)
    }

    /// Whether a job with this not-before time may be tried. A time further ahead than any wait leads was set while a clock
    /// was wrong.
    static func isDue(_ time: Date, now: Date, longestWait: TimeInterval) -> Bool {
        time <= now || time.timeIntervalSince(now) > longestWait
    }
}

extension RetryPolicy {
    /// The longest wait between two attempts, in seconds, with some for clocks that differ from host to host.
    var longestWait: TimeInterval {
        max(maximumDelay * Self.jitter.upperBound, settleTime) / .seconds(1) + 10
    }
}
