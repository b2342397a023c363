package import SpoolCore
package import SpoolSystem
import SystemPackage

/// A walk through `incoming` in batches, each in the order of the drops. A million waiting jobs take the memory of one
/// batch, and one walk sees each name once.
package struct IncomingListing: ~Copyable {
    private let folder: Folder
    private var listing: FolderListing

    package init(of spool: Spool) throws(SystemFailure) {
        try spool.refresh()
        let folder = spool[.incoming]
        listing = try folder.listing()
        self.folder = folder
    }

    /// The next names in the order of their last change, the oldest first.
    /// - Returns: at most `limit` names; none at the end of the walk.
    package mutating func next(_ limit: Int) throws(SystemFailure) -> [JobName] {
        var batch: [(name: JobName, changed: Int64)] = []
        while batch.count < limit, let entry = try listing.next() {
            // One that is gone by now was claimed by another worker.
            guard let name = JobName(entry), let status = try folder.status(of: entry) else { continue }
            batch.append((name, status.changed))
        }
        return batch.sorted { $0.changed < $1.changed }.map(\.name)
    }
}
