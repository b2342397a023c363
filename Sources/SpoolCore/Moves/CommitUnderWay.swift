import SpoolSystem
import SystemPackage

extension Spool {
    /// Whether the writer of a result that lies without its job still has the job: it may be about to put it beside the
    /// result, or died before it could.
    func isBeingCommitted(_ document: ResultDocument) throws(SystemFailure) -> Bool {
        guard let name = FilePath.Component(document.worker.id), name.kind == .regular,
            let claims = try Spool.existing({ () throws(SystemFailure) in try self[.processing].folder(name) })
        else { return false }
        var listing = try claims.listing()
        while let entry = try listing.next() {
            guard let job = JobName(entry) else { continue }
            // A job without a record was just claimed: nothing can be told of it, so the answer is the careful one.
            guard let record = try AttemptRecords.read(of: job, in: claims) else { return true }
            if record.id == document.id { return true }
        }
        return false
    }
}
