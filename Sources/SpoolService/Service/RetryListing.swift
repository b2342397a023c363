import FoundationEssentials
import SpoolCore
import SpoolSystem

/// A look at `retry`: which jobs are due, by the times of their files.
struct RetryListing {
    /// The most names that one look brings; it bounds the memory.
    static let batch = 4096
    /// The most of those that are further ahead than any wait.
    private static let sample = 256

    /// Due, the longest first.
    private(set) var due: [JobName] = []
    /// When the next of the others is, but for those further ahead than any wait.
    private(set) var next: Date?
    /// Jobs that are further ahead than any wait between two attempts: most of them say so themselves (`notBefore`), but a clock
    /// may have been wrong. Only the job tells, so some of them at random are looked at now and then.
    private(set) var distant: [JobName] = []

    /// - Parameter longestWait: seconds; see ``isDistant(_:now:longestWait:)``.
    init(of spool: Spool, now: Date, longestWait: TimeInterval) throws(SystemFailure) {
        let folder = spool[.retry]
        var found: [(name: JobName, time: Date)] = []
        var distantCount = 0
        var listing = try folder.listing()
        while let entry = try listing.next() {
            guard let name = JobName(entry), let status = try folder.status(of: entry) else { continue }
            let time = Date(nanoseconds: try spool.dueTime(of: name, status))
            if Self.isDistant(time, now: now, longestWait: longestWait) {
                distantCount += 1
                // Each has the same chance to be among them.
                if distant.count < Self.sample {
                    distant.append(name)
                } else if case let place = Int.random(in: 0..<distantCount), place < Self.sample {
                    distant[place] = name
                }
            } else if time > now {
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

    /// Whether a not-before time is further ahead than any wait between two attempts leads.
    static func isDistant(_ time: Date, now: Date, longestWait: TimeInterval) -> Bool {
        time.timeIntervalSince(now) > longestWait
    }

    /// Whether a job with this not-before time may be tried. A distant time that the job does not ask for itself was set while
    /// a clock was wrong.
    static func isDue(_ time: Date, now: Date, longestWait: TimeInterval) -> Bool {
        time <= now || isDistant(time, now: now, longestWait: longestWait)
    }
}

extension RetryPolicy {
    /// The longest wait between two attempts, in seconds, with some for clocks that differ from host to host.
    var longestWait: TimeInterval {
        max(maximumDelay * Self.jitter.upperBound, settleTime) / .seconds(1) + 10
    }
}
