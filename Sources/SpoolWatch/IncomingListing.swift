import FoundationEssentials
package import SpoolCore
package import SpoolSystem
package import SystemPackage

/// A walk through `incoming` in batches, each in the order of the drops. A million waiting jobs take the memory of one
/// batch, and one walk sees each name once.
package struct IncomingListing: ~Copyable {
    /// A name that was found.
    package struct Entry: Sendable, Equatable {
        package var name: JobName
        /// The last change of content, rights or place, in nanoseconds since 1970 by the file system's clock.
        package var changed: Int64
        /// How long ago that was when the batch began; negative for a later one.
        package var age: Duration
    }

    private let spool: Spool
    private let probe: FilePath.Component
    private let folder: Folder
    private var listing: FolderListing
    /// Visible names so far that are no jobs' names.
    package private(set) var foreignCount = 0
    /// One of them.
    package private(set) var foreignExample: FilePath.Component? = nil

    /// - Parameter worker: the id of the worker that looks.
    package init(of spool: Spool, as worker: String) throws(SystemFailure) {
        try spool.refresh()
        let folder = spool[.incoming]
        listing = try folder.listing()
        self.folder = folder
        self.spool = spool
        probe = ProbeFile.name(of: worker)
    }

    /// The next names in the order of their last change, the oldest first.
    /// - Returns: at most `limit` names; none at the end of the walk.
    package mutating func next(_ limit: Int) throws(SystemFailure) -> [Entry] {
        var batch: [(name: JobName, changed: Int64)] = []
        var begin: Int64?
        while batch.count < limit, let entry = try listing.next() {
            guard let name = JobName(entry) else {
                if !entry.isHidden { sawForeign(entry) }
                continue
            }
            // Before the first look, so that no file looks older than it is.
            if begin == nil { begin = ProbeFile.time(in: spool[.tmp], by: probe) ?? Date().nanoseconds }
            // One that is gone by now was claimed by another worker.
            guard let status = try folder.status(of: entry) else { continue }
            batch.append((name, status.changed))
        }
        guard let begin else { return [] }
        return batch.sorted { $0.changed < $1.changed }.map { name, changed in
            Entry(name: name, changed: changed, age: .nanoseconds(begin - changed))
        }
    }

    private mutating func sawForeign(_ name: FilePath.Component) {
        foreignCount += 1
        if foreignExample == nil { foreignExample = name }
    }
}
