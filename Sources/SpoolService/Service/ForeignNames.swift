import SpoolCore
import SpoolSystem
import SystemPackage

/// Visible entries of `incoming` that are no jobs by their names, such as pictures: the operator is told once. Names that
/// a producer uses for a moment, before it renames to the job's own, are none of them.
struct ForeignNames {
    /// What the operator should know.
    struct Report: Sendable, Equatable {
        var count: Int
        /// One of them.
        var example: FilePath.Component
    }

    /// How long an entry must stay before it is one.
    static let patience = Duration.seconds(2)
    /// So many names wait to be looked at, and so many that were told are remembered. A scan counts the others.
    private static let capacity = 1024

    private var pending: [FilePath.Component: ContinuousClock.Instant] = [:]
    private var told: Set<FilePath.Component> = []
    /// How many were told, as far as they are still there.
    private var toldCount = 0
    private var report: Report?

    /// When names are due for a look.
    var nextDue: ContinuousClock.Instant? { pending.values.min() }

    /// Takes note of an event.
    mutating func saw(_ name: FilePath.Component, now: ContinuousClock.Instant) {
        guard pending[name] == nil, !told.contains(name), pending.count < Self.capacity else { return }
        pending[name] = now + Self.patience
    }

    /// Takes note of what a walk through all of `incoming` has counted.
    mutating func counted(_ count: Int, example: FilePath.Component?) {
        pending = [:]
        if count > toldCount, let example { tell(count - toldCount, example) }
        toldCount = count
    }

    /// Looks which of the names that are due are still there.
    mutating func look(in incoming: Folder, now: ContinuousClock.Instant) {
        guard let nextDue, nextDue <= now else { return }
        let due = pending.filter { $0.value <= now }.keys
        pending = pending.filter { $0.value > now }
        // What cannot be looked at now is counted by the next scan.
        let present = due.filter { (try? incoming.status(of: $0)) != nil }
        guard let example = present.min(by: { $0.string < $1.string }) else { return }
        toldCount += present.count
        tell(present.count, example)
    }

    /// Takes what the operator has not been told yet.
    mutating func takeReport() -> Report? {
        defer { report = nil }
        return report
    }

    private mutating func tell(_ count: Int, _ example: FilePath.Component) {
        if told.count < Self.capacity { told.insert(example) }
        report = Report(count: (report?.count ?? 0) + count, example: example)
    }
}
