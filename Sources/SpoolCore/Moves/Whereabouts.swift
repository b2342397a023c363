package import SpoolSystem
package import SystemPackage

extension JobMoves {
    /// Where a job is that was claimed and is not in the claim folder any more.
    package enum Whereabouts: Sendable, Equatable {
        /// Another worker has taken the job over, or has ended it by now; with its id if that is easily seen.
        case takenOver(by: String?)
        /// A person or another program has moved or removed the file; with its place from the spool's folder, or nil if it
        /// is nowhere under a name of this job.
        case moved(to: FilePath?)
    }

    /// - Parameters:
    ///   - file: the job's, as it was claimed.
    ///   - document: the job's.
    package func whereabouts(
        of claimed: JobName, _ file: FileStatus, _ document: ResultDocument
    ) throws(SystemFailure) -> Whereabouts {
        // Whoever takes over a worker's jobs removes its lease in the end.
        guard try lease.isHeld() else { return .takenOver(by: nil) }
        var workers = try spool[.processing].listing()
        while let worker = try workers.next() {
            guard worker != FilePath.Component(lease.worker.id),
                let claims = try Spool.existing({ () throws(SystemFailure) in try spool[.processing].folder(worker) }),
                try claims.status(of: claimed.file)?.isSameFile(as: file) == true
            else { continue }
            return .takenOver(by: worker.string)
        }
        for state in SpoolFolder.plainStates {
            for name in Self.candidateNames(for: claimed, id: document.id) {
                guard try spool[state].status(of: name.file)?.isSameFile(as: file) == true else { continue }
                if state.hasDocuments,
                    case .document(let result) = try ResultDocument.history(name.result, in: spool[state]),
                    result.id == document.id, result.worker.id != lease.worker.id
                {
                    return .takenOver(by: result.worker.id)
                }
                return .moved(to: .of(state, name.file))
            }
        }
        return .moved(to: nil)
    }

    /// Removes the record of a job whose file somebody has taken away.
    package func forget(_ claimed: JobName) throws(SystemFailure) {
        guard try !holds(claimed) else { return }
        try records.retire(claimed.result)
    }
}
