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
        var name: JobName
        var job: FileStatus
        var result: FileStatus?

        /// As a number that cannot overflow: sizes of sparse files have no limit.
        var bytes: Double { Double(job.size) + Double(result?.size ?? 0) }

        static func < (left: Ended, right: Ended) -> Bool { left.job.changed < right.job.changed }
    }

    private func pruneOnce(_ folder: Folder, _ retention: Retention, now: Date) throws(SystemFailure) -> Int {
        var count = 0
        var bytes = 0.0
        // The oldest of all, whose youngest goes first when there are too many of them.
        var oldest = Heap<Ended>()
        var listing = try folder.listing()
        while let entry = try listing.next() {
            guard let name = JobName(entry), let job = try folder.status(of: entry) else { continue }
            let ended = Ended(name: name, job: job, result: try folder.status(of: name.result))
            count += 1
            bytes += ended.bytes
            oldest.insert(ended)
            if oldest.count > Self.pruningBatch { oldest.removeMax() }
        }
        var removed = 0
        var failure: SystemFailure?
        while let next = oldest.popMin() {
            let age = now.timeIntervalSince(Date(nanoseconds: next.job.changed))
            let isOverdue =
                retention.age.map { age > $0 } ?? false || retention.count.map { count > $0 } ?? false
                || retention.bytes.map { bytes > Double($0) } ?? false
            guard isOverdue else { break }
            count -= 1
            bytes -= next.bytes
            do throws(SystemFailure) {
                if try remove(next, from: folder) { removed += 1 }
            } catch {
                // One that cannot be removed must not keep the others.
                failure = failure ?? error
            }
        }
        if let failure, removed == 0 { throw failure }
        return removed
    }

    /// - Returns: false if the job is not there any more as it was seen: somebody has put it back meanwhile, and its
    ///   namesake that has ended since is young. A folder that was dropped as a job goes only if it is empty.
    private func remove(_ ended: Ended, from folder: Folder) throws(SystemFailure) -> Bool {
        do throws(SystemFailure) {
            guard try folder.remove(ended.name.file, ifStill: ended.job) else { return false }
        } catch  where error.errno == .directoryNotEmpty {
            return false
        }
        // A reader of announcements may have removed its name of the file meanwhile, which changes nothing in it.
        if let result = ended.result, let now = try folder.status(of: ended.name.result), now.isSameFile(as: result),
            now.modified == result.modified
        {
            _ = try folder.remove(ended.name.result, ifStill: now)
        }
        return true
    }
}

/// A state that no job leaves by itself: the only ones from which anything is ever removed.
public enum TerminalState: String, Sendable, CaseIterable {
    /// The folder `done`.
    case done
    /// The folder `failed`.
    case failed

    var folder: SpoolFolder { self == .done ? .done : .failed }
}
