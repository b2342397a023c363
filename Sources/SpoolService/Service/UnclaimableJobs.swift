import SpoolCore
import SpoolSystem
import SystemPackage

/// Jobs that cannot be claimed, for the log: thousands of them, tried again by each scan, are one line.
struct UnclaimableJobs {
    /// What the operator should know.
    struct Report: Sendable {
        var count: Int
        /// One of them, and what failed.
        var example: JobName
        var failure: SystemFailure
    }

    /// How long more of them are waited for before the first is told.
    private static let collection = Duration.seconds(1)
    /// So many are remembered as told; more are told again, in one line a scan.
    private static let capacity = 16_384

    private var told: [JobName: Errno] = [:]
    private var report: Report?
    /// When something is to be told.
    private(set) var reportDue: ContinuousClock.Instant?

    mutating func saw(_ name: JobName, _ failure: SystemFailure, now: ContinuousClock.Instant) {
        guard told[name] != failure.errno else { return }
        if told.count < Self.capacity || told[name] != nil { told[name] = failure.errno }
        if report == nil {
            report = Report(count: 0, example: name, failure: failure)
            reportDue = now + Self.collection
        }
        report?.count += 1
    }

    /// The job of this name could be moved.
    mutating func forget(_ name: JobName) {
        if !told.isEmpty { told[name] = nil }
    }

    /// Takes what is to be told by now.
    /// - Parameter isEnding: whether nothing more is waited for.
    mutating func takeReport(now: ContinuousClock.Instant, isEnding: Bool = false) -> Report? {
        guard let reportDue, reportDue <= now || isEnding else { return nil }
        self.reportDue = nil
        defer { report = nil }
        return report
    }
}
