import FoundationEssentials
import SpoolCore
import SpoolSystem
import SystemPackage

/// What became of the jobs that a spool keeps: numbers over time, failures by cause, the slowest, and recent pictures.
struct SpoolReport {
    /// A part of the time that is looked at.
    struct Interval: Equatable {
        var start: Date
        var done = 0
        var failed = 0
        /// Of jobs that are done, in milliseconds: from the drop to the end, and of the rendering.
        var total: [Double] = []
        var rendered: [Double] = []
    }

    struct Failure: Equatable {
        var code: String
        var count: Int
        /// The one that failed last.
        var example: ResultDocument
    }

    var spool: FilePath
    /// When it was made.
    var now: Date
    /// How far back it looks, in seconds.
    var span: TimeInterval
    var intervals: [Interval]
    var failures: [Failure] = []
    /// The slowest to render first.
    var slowest: [ResultDocument] = []
    /// The youngest first.
    var recent: [ResultDocument] = []
    var inputBytes = 0
    var outputBytes = 0
    var renditions = 0
    /// Jobs whose results were not looked at, because there are too many.
    var skipped = 0

    private static let intervalCount = 48
    static let mostListed = 10
    private static let mostRecent = 200
    /// A document takes some 50 microseconds.
    private static let mostDocuments = 100_000

    /// Reads the results of jobs that ended within `span` seconds before `now`.
    init(of spool: Spool, span: TimeInterval, now: Date) throws(SystemFailure) {
        self.spool = spool.path
        self.now = now
        self.span = span
        let start = now - span
        intervals = (0..<Self.intervalCount).map {
            Interval(start: start + span * Double($0) / Double(Self.intervalCount))
        }
        var read = 0
        var failures: [String: Failure] = [:]
        for state in [SpoolFolder.done, .failed] {
            for name in try spool.jobs(in: state) {
                guard let status = try spool[state].status(of: name.file),
                    Date(nanoseconds: status.changed) >= start
                else { continue }
                guard read < Self.mostDocuments else {
                    skipped += 1
                    continue
                }
                read += 1
                guard case .document(let document) = try ResultDocument.history(name.result, in: spool[state]) else {
                    continue
                }
                add(document, &failures)
            }
        }
        self.failures = failures.values.sorted { ($1.count, $0.code) < ($0.count, $1.code) }
        slowest = Array(slowest.sorted { $0.renderMilliseconds > $1.renderMilliseconds }.prefix(Self.mostListed))
        recent = Array(recent.sorted { $0.endedAt > $1.endedAt }.prefix(Self.mostRecent))
    }

    private mutating func add(_ document: ResultDocument, _ failures: inout [String: Failure]) {
        let position = Int(document.endedAt.timeIntervalSince(now - span) / span * Double(Self.intervalCount))
        guard (0...Self.intervalCount).contains(position) else { return }
        let index = min(position, Self.intervalCount - 1)
        if let error = document.error {
            intervals[index].failed += 1
            var failure =
                failures[error.code.rawValue] ?? Failure(code: error.code.rawValue, count: 0, example: document)
            failure.count += 1
            if document.endedAt > failure.example.endedAt { failure.example = document }
            failures[error.code.rawValue] = failure
            return
        }
        intervals[index].done += 1
        intervals[index].total.append(max(0, document.endedAt.timeIntervalSince(document.submittedAt)) * 1000)
        intervals[index].rendered.append(document.renderMilliseconds)
        inputBytes += document.success?.input.bytes ?? 0
        outputBytes += document.renditions.reduce(0) { $0 + $1.bytes }
        renditions += document.renditions.count
        keep(document)
    }

    /// Both lists stay short, whatever the spool holds.
    private mutating func keep(_ document: ResultDocument) {
        slowest.append(document)
        if slowest.count > 100 * Self.mostListed {
            slowest = Array(slowest.sorted { $0.renderMilliseconds > $1.renderMilliseconds }.prefix(Self.mostListed))
        }
        recent.append(document)
        if recent.count > 10 * Self.mostRecent {
            recent = Array(recent.sorted { $0.endedAt > $1.endedAt }.prefix(Self.mostRecent))
        }
    }

    var done: Int { intervals.reduce(0) { $0 + $1.done } }
    var failed: Int { intervals.reduce(0) { $0 + $1.failed } }

    /// - Parameter share: 0.5 for the median.
    static func quantile(_ share: Double, of values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }
}

extension ResultDocument {
    var endedAt: Date { finishedAt ?? claimedAt }
    var renderMilliseconds: Double { success?.timings.rendered ?? 0 }
}
