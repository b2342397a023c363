import SpoolSystem
import SystemPackage

/// Whether each result has its job, and each job that has ended its result.
struct ResultCheck {
    private let round: CheckRound
    private let state: SpoolFolder
    private let folder: Folder

    init(_ round: CheckRound, _ state: SpoolFolder) {
        self.round = round
        self.state = state
        folder = round.spool[state]
    }

    /// A job whose result is missing: somebody has moved or copied it by hand, since workers bring the result first.
    func checkJob(_ job: JobName, _ status: FileStatus) throws(SystemFailure) {
        guard try folder.status(of: job.result) == nil,
            // It may just have been put back, and its result adopted and removed.
            let now = try folder.status(of: job.file), now.isSameFile(as: status)
        else { return }
        // Only the worker that had the job knew its history, so none is invented.
        round.find(
            .jobWithoutResult, .of(state, job.file),
            "has ended without a result, so nobody knows how; to have it done again: "
                + "mv \(state.rawValue)/\(job) incoming/")
    }

    /// Whether a result can be read, and is not left without its job.
    func checkResult(
        _ name: FilePath.Component, _ status: FileStatus, of job: JobName
    ) throws(SystemFailure) {
        // Results come whole and are never written to, so it is not one that is being written.
        if case .unreadable(let result) = try ResultDocument.reading(name, in: folder) {
            let consequence =
                state == .retry ? "when the job is due, it fails for good" : "nobody knows from it how the job ended"
            round.find(
                .resultUnreadable, .of(state, name),
                "\(result.reason); \(consequence), unless somebody mends the file")
            // Nobody can tell whose it is, so it is never removed.
            return
        }
        guard try isOrphan(name, status, of: job) else { return }
        let document = try round.spool.result(in: state, named: name)
        let other = try document.flatMap { document throws(SystemFailure) in try place(of: document, beside: job) }
        let message =
            if let other {
                "belongs to a job that is in \(other.printable); --repair removes this one"
            } else if round.clock.isOld(status) {
                "its job is gone from the spool; put that back into incoming, or --repair removes the result"
            } else {
                "its job is gone from the spool; put that back into incoming, or --repair removes the result once it is an "
                    + "hour old"
            }
        round.find(
            .orphanResult, .of(state, name), message, isSafe: other != nil || round.clock.isOld(status)
        ) { () throws(SystemFailure) in
            guard try isOrphan(name, status, of: job) else { return false }
            return try folder.remove(name, ifStill: status)
        }
    }

    /// The looks follow a job's way, from where it waits to where it ends: one that moves on is met at least once. The
    /// last look is at the result's own folder, where a commit puts the job.
    private func isOrphan(
        _ name: FilePath.Component, _ status: FileStatus, of job: JobName
    ) throws(SystemFailure) -> Bool {
        guard try folder.status(of: job.file) == nil else { return false }
        // Put back by hand: the worker that claims it takes the result over.
        guard try round.spool[.incoming].status(of: job.file) == nil else { return false }
        for claims in try round.claimFolders() {
            if try claims.status(of: job.file) != nil { return false }
        }
        if let document = try round.spool.result(in: state, named: name),
            try round.spool.isBeingCommitted(document, as: job)
        {
            return false
        }
        // Given back meanwhile.
        guard try round.spool[.incoming].status(of: job.file) == nil, try folder.status(of: job.file) == nil else {
            return false
        }
        return try folder.status(of: name)?.isSameFile(as: status) ?? false
    }

    /// Where the document's job lies with a result that tells the same history: under this name, the name that it was
    /// dropped with, or one that a taken name leads to.
    private func place(of document: ResultDocument, beside job: JobName) throws(SystemFailure) -> FilePath? {
        let dropped = FilePath.Component(document.job).flatMap { JobName($0) }
        for base in Set([job, dropped].compactMap(\.self)) where base.fits {
            for other in [SpoolFolder.done, .failed, .retry] {
                for name in JobMoves.candidateNames(for: base, id: document.id) where other != state || name != job {
                    guard try round.spool[other].status(of: name.file) != nil else { continue }
                    if try round.spool.result(in: other, named: name.result)?.id == document.id {
                        return .of(other, name.file)
                    }
                }
            }
        }
        return nil
    }
}
