import SpoolSystem
import SystemPackage

extension Spool {
    /// Whether the writer of a result that lies without its job still has the job: it may be about to put it beside the
    /// result, or died before it could.
    /// - Parameters:
    ///   - name: the job's name by the result's.
    ///   - claimer: the worker that asks because it has just claimed a job of that name, which is not meant then.
    func isBeingCommitted(
        _ document: ResultDocument, as name: JobName, askedBy claimer: String? = nil
    ) throws(SystemFailure) -> Bool {
        guard let writer = FilePath.Component(document.worker.id), writer.kind == .regular,
            let claims = try Spool.existing({ () throws(SystemFailure) in try self[.processing].folder(writer) })
        else { return false }
        var listing = try claims.listing()
        while let entry = try listing.next() {
            guard let job = JobName(entry) else { continue }
            if let record = try AttemptRecords.read(of: job, in: claims) {
                if record.id == document.id { return true }
            } else if claimer != document.worker.id || job != name {
                // Just claimed, or on its way to retry after its record: nothing can be told of it but whether the result
                // could be its own, so the answer is the careful one.
                if JobMoves.candidateNames(for: job, id: document.id).contains(name) { return true }
            }
        }
        return false
    }
}
