package import SpoolSystem
import SystemPackage

/// What earlier lives of a job left behind.
extension JobMoves {
    /// Finishes the move of a job whose worker died after the result document was in place and before the job's own
    /// rename.
    /// - Parameter document: the worker's record of the job; a power cut may have taken it.
    /// - Returns: whether there was such a document.
    package func finishCommit(
        of name: JobName, in orphan: OrphanedClaims, recorded document: ResultDocument?
    ) throws(SystemFailure) -> Bool {
        // A job that has left already, shown late, would look as if its document lacked it.
        guard try orphan.folder.confirms(name.file), let job = try orphan.folder.status(of: name.file) else {
            return false
        }
        for state in [SpoolFolder.done, .failed, .retry] {
            for candidate in Self.candidateNames(for: name, id: document?.id) {
                guard let result = try spool[state].status(of: candidate.result),
                    try spool[state].status(of: candidate.file) == nil,
                    let placed = try spool.result(in: state, named: candidate.result)
                else { continue }
                if let document {
                    guard placed.id == document.id else { continue }
                    // The worker's own, and of its last attempt: otherwise the job has left that state by a claim, or a
                    // worker that slept is about to take its document away.
                    guard placed.worker.id == orphan.id, placed.attempts.count >= document.attempts.count else {
                        try spool[state].remove(candidate.result)
                        continue
                    }
                } else {
                    // Its result has come after its claim. One that is older was left when the job was put back by hand.
                    guard placed.worker.id == orphan.id, result.changed > job.changed else { continue }
                }
                try spool.announce(candidate, in: state, id: placed.id, durability)
                do throws(SystemFailure) {
                    try orphan.folder.move(name.file, to: spool[state], as: candidate.file)
                } catch  where error.errno == .noSuchFileOrDirectory {
                    // Its worker only slept, and has done it meanwhile.
                    return true
                }
                if durability == .full {
                    try spool[state].synchronize()
                    try orphan.folder.synchronize()
                }
                try orphan.folder.remove(name.result)
                return true
            }
        }
        return false
    }

    /// The jobs in the worker's own folder that no turn is at.
    package func strays() throws(SystemFailure) -> [JobName] {
        try ownClaims.jobs().filter { !held.contains($0) }
    }

    private var ownClaims: OrphanedClaims {
        OrphanedClaims(WorkerName(lease.worker.id).folder, folder: lease.claims, lease: nil, spool: spool)
    }

    /// Puts back a job that a failed turn has left in the worker's own folder, with its history if it has one; if its end
    /// was about to be committed, that is done.
    package func putBack(stray name: JobName) throws(SystemFailure) {
        let record = try ownClaims.record(of: name)
        if try finishCommit(of: name, in: ownClaims, recorded: record) { return records.forget(name.result) }
        if let record, !record.attempts.isEmpty {
            try setAside(name, id: record.id)
        } else {
            try giveBack(name, id: record?.id ?? UniqueID().description)
        }
    }

    /// The result of a job that was moved back to `incoming` by hand: it lies in a terminal state without its job.
    /// - Returns: nil also while another worker is about to put that job beside it.
    package func leftResult(of name: JobName) throws(SystemFailure) -> LeftResult? {
        for state in [SpoolFolder.failed, .done, .retry] {
            do throws(SystemFailure) {
                if let left = try leftResult(of: name, in: state) { return left }
            } catch  where error.isOfUnreadableFile {
                // This is no history that could be continued.
                continue
            }
        }
        return nil
    }

    private func leftResult(of name: JobName, in state: SpoolFolder) throws(SystemFailure) -> LeftResult? {
        guard try spool[state].status(of: name.result) != nil, try spool[state].status(of: name.file) == nil,
            let document = try spool.result(in: state, named: name.result),
            try !spool.isBeingCommitted(document, as: name, askedBy: lease.worker.id),
            // The commit may have ended between the looks.
            try spool[state].status(of: name.file) == nil
        else { return nil }
        return LeftResult(document: document, folder: spool[state], name: name.result)
    }
}

/// A result whose job is elsewhere.
package struct LeftResult: Sendable {
    package let document: ResultDocument
    let folder: Folder
    let name: FilePath.Component

    package func remove() throws(SystemFailure) { try folder.remove(name) }
}
