public import FoundationEssentials
import HeapModule
public import SpoolSystem
import SystemPackage

extension Spool {
    /// So many jobs are removed by one walk through the folder; it bounds the memory.
    private static let pruningBatch = 32_768

    /// Removes what `retention` does not keep from `done` or `failed`: each job's file, then its result. A job that
    /// somebody moves away meanwhile keeps its result.
    /// - Returns: how many jobs were removed.
    public func prune(_ state: TerminalState, _ retention: Retention, now: Date) throws(SystemFailure) -> Int {
        guard retention.isLimited else { return 0 }
        var removed = 0
        while true {
            let part = try pruneOnce(self[state.folder], retention, now: now)
            removed += part
            if part < Self.pruningBatch { return removed }
        }
    }

    private struct Ended: Comparable {
        var changed: Int64
        var bytes: Int
        var name: JobName

        static func < (left: Ended, right: Ended) -> Bool { left.changed < right.changed }
    }

    private func pruneOnce(_ folder: Folder, _ retention: Retention, now: Date) throws(SystemFailure) -> Int {
        var count = 0
        var bytes = 0
        // The oldest of all, whose youngest goes first when there are too many of them.
        var oldest = Heap<Ended>()
        var listing = try folder.listing()
        while let entry = try listing.next() {
            guard let name = JobName(entry), let job = try folder.status(of: entry) else { continue }
            let size = Int(job.size) + Int(try folder.status(of: name.result)?.size ?? 0)
            count += 1
            bytes += size
            oldest.insert(Ended(changed: job.changed, bytes: size, name: name))
            if oldest.count > Self.pruningBatch { oldest.removeMax() }
        }
        var removed = 0
        while let next = oldest.popMin() {
            let age = now.timeIntervalSince(Date(nanoseconds: next.changed))
            let isOverdue =
                retention.age.map { age > $0 } ?? false || retention.count.map { count > $0 } ?? false
                || retention.bytes.map { bytes > $0 } ?? false
            guard isOverdue else { break }
            count -= 1
            bytes -= next.bytes
            if try folder.removeExisting(next.name.file) {
                try folder.remove(next.name.result)
                removed += 1
            }
        }
        return removed
    }
}

/// A state that no job leaves by itself: the only ones from which anything is ever removed.
public enum TerminalState: Sendable, CaseIterable {
    case done, failed

    var folder: SpoolFolder { self == .done ? .done : .failed }
}
