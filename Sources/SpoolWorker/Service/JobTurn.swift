import FoundationEssentials
import Logging
import SpoolCore
import SpoolImaging
import SpoolSystem
import SystemPackage

/// Takes one candidate as far as it goes: look, claim, record, render, publish, commit. Runs on threads that may block.
struct JobTurn: Sendable {
    var moves: JobMoves
    var renderers: RendererPool
    var inputRoots: Roots
    var outputRoots: Roots
    var configuration: WorkerConfiguration
    var logger: Logger

    /// - Parameter settled: the state in which the file has stayed for the settle time, if it has.
    func run(_ candidate: Candidate, settled: FileStatus?) async -> TurnOutcome {
        do throws(SystemFailure) {
            switch candidate {
            case .dropped(let name):
                switch try claim(name, settled: settled) {
                case .claimed(let claimed): return await process(claimed)
                case .not(let outcome): return outcome
                }
            case .orphaned(let name, let orphan):
                guard let claimed = try takeOver(name, from: orphan) else { return .gone }
                return await process(claimed)
            }
        } catch {
            return .blocked(error)
        }
    }

    // MARK: Claim

    private enum ClaimOutcome {
        case claimed(ClaimedJob)
        case not(TurnOutcome)
    }

    private func claim(_ name: JobName, settled: FileStatus?) throws(SystemFailure) -> ClaimOutcome {
        let incoming = moves.spool[.incoming]
        guard let seen = try JobReading(name.file, in: incoming, limit: configuration.jobBytes) else {
            return .not(.gone)
        }
        if case .unfinished = seen.content, settled != seen.status { return .not(.unfinished(seen.status)) }

        let id = UniqueID().description
        let claimedName = name.fits ? name : name.distinguished(by: id)
        do throws(SystemFailure) {
            guard try moves.claim(name, from: incoming, as: claimedName) else { return .not(.gone) }
        } catch  where [.permissionDenied, .notPermitted, .fileExists].contains(error.errno) {
            return .not(.unclaimable(error))
        }
        // Between the look and the claim a producer may have written on, or put another file under the name.
        guard let now = try JobReading(claimedName.file, in: moves.lease.claims, limit: configuration.jobBytes) else {
            return .not(.gone)
        }
        if case .unfinished = now.content, !now.isSame(as: seen) {
            try moves.giveBack(claimedName, id: id)
            return .not(.unfinished(now.status))
        }
        var document = ResultDocument(
            job: name.description, id: id, status: .processing, worker: moves.lease.worker,
            submittedAt: Date(nanoseconds: seen.status.changed), claimedAt: Date())
        var content = now.content
        if !name.fits {
            content = .wrong(
                JobError(
                    .jobNameTooLong,
                    "the job's name is too long to put a result document beside it; use at most "
                        + "\(JobName.maximumBytes) bytes"), metadata: nil)
        }
        document.metadata = content.metadata
        return .claimed(ClaimedJob(name: claimedName, content: content, document: document))
    }

    /// Takes a job over from a worker that died, with the attempts that it has recorded.
    /// - Returns: nil if the job was as good as done, or is gone.
    private func takeOver(_ name: JobName, from orphan: OrphanedClaims) throws(SystemFailure) -> ClaimedJob? {
        let recorded = try orphan.record(of: name)
        if let recorded, try moves.finishCommit(of: name, in: orphan, recorded: recorded) {
            logger.notice("finished the commit of a worker that died", metadata: ["job": "\(name)"])
            try removeIfEmpty(orphan)
            return nil
        }
        guard let reading = try JobReading(name.file, in: orphan.folder, limit: configuration.jobBytes) else {
            return nil
        }
        var document =
            recorded
            ?? ResultDocument(
                job: name.description, id: UniqueID().description, status: .processing, worker: moves.lease.worker,
                submittedAt: Date(nanoseconds: reading.status.changed), claimedAt: Date())
        document.worker = moves.lease.worker
        document.claimedAt = Date()
        document.metadata = reading.content.metadata
        if let last = document.attempts.indices.last, document.attempts[last].error == nil {
            document.attempts[last].error = JobError(
                .workerDied, "the worker \(orphan.id) ended in the middle of this attempt")
        }
        // The history is in place here before the job is: a crash in between finds both folders' records the same.
        try moves.record(document, of: name)
        guard try moves.claim(name, from: orphan.folder, as: name) else {
            try moves.withdrawRecord(of: name)
            return nil
        }
        try removeIfEmpty(orphan)
        if case .job(let job) = reading.content {
            RenditionFiles.discardLeftovers(of: job, id: document.id, in: outputRoots)
        }
        logger.notice(
            "took over a job of a worker that died",
            metadata: ["job": "\(name)", "worker": "\(orphan.id)", "attempts": "\(document.attempts.count)"])
        return ClaimedJob(name: name, content: reading.content, document: document)
    }

    /// Removes a dead worker's folder and lease with its last job.
    func removeIfEmpty(_ orphan: OrphanedClaims) throws(SystemFailure) {
        guard try orphan.jobs().isEmpty, try !orphan.remove() else { return }
        logger.warning(
            "a dead worker's folder holds files that are no jobs, so it stays",
            metadata: ["folder": "\(orphan.folder.path.printable)"])
    }

    // MARK: Work

    /// Works on a job that is claimed. Where the spool's file system fails, the job goes back to where it waits.
    private func process(_ claimed: ClaimedJob) async -> TurnOutcome {
        do throws(SystemFailure) {
            switch claimed.content {
            case .job(let job): return try await attempt(job, claimed)
            case .wrong(let error, _), .unfinished(let error): return try finish(claimed, failed: error)
            }
        } catch {
            do throws(SystemFailure) {
                try moves.giveBack(claimed.name, id: claimed.document.id)
            } catch {
                logger.critical(
                    "a job could not be put back; it stays with this worker until the worker starts again",
                    metadata: ["job": "\(claimed.document.job)", "error": "\(error)"])
            }
            return .blocked(error)
        }
    }

    private func attempt(_ job: Job, _ claimed: ClaimedJob) async throws(SystemFailure) -> TurnOutcome {
        var claimed = claimed
        let earlier = claimed.document.attempts.last?.number ?? 0
        guard earlier < configuration.maxAttempts else {
            return try finish(
                claimed,
                failed: JobError(
                    .workerDied,
                    "the worker ended in the middle of this job \(earlier) times, so it is not tried again "
                        + "(max-attempts)", retryable: false))
        }
        var attempt = ResultDocument.Attempt(number: earlier + 1, startedAt: Date())
        try moves.record(claimed.document.adding(attempt), of: claimed.name)

        let start = ContinuousClock.now
        let outcome = await JobRendering(turn: self, job: job, id: claimed.document.id).run()
        attempt.milliseconds = start.millisecondsUntilNow
        switch outcome {
        case .rendered(let images):
            claimed.document = claimed.document.adding(attempt)
            claimed.document.input = images.input
            claimed.document.renditions = images.renditions
            claimed.document.timings = ResultDocument.Timings(
                queued: claimed.document.claimedAt.timeIntervalSince(claimed.document.submittedAt) * 1000,
                rendered: images.renderMilliseconds, committed: images.publishMilliseconds)
            return try finish(claimed, failed: nil)
        case .failed(let error) where error.code == .storageFull:
            // No job's fault: it waits for space, and so does the worker.
            throw SystemFailure("write a rendition of", FilePath(claimed.document.job), .noSpace)
        case .failed(let error):
            attempt.error = error
            claimed.document = claimed.document.adding(attempt)
            return try finish(claimed, failed: error)
        case .interrupted:
            try moves.giveBack(claimed.name, id: claimed.document.id)
            return .givenBack
        }
    }

    private func finish(_ claimed: ClaimedJob, failed error: JobError?) throws(SystemFailure) -> TurnOutcome {
        var claimed = claimed
        claimed.document.status = error == nil ? .done : .failed
        claimed.document.error = error
        claimed.document.finishedAt = Date()
        let (name, unflushed) = try moves.commit(claimed.name, claimed.document)
        if let unflushed {
            logger.error(
                "the job has ended, but a power cut may undo that",
                metadata: ["job": "\(name)", "error": "\(unflushed)"])
        }
        claimed.log(as: name, to: logger)
        return .finished(claimed.document.status)
    }
}
