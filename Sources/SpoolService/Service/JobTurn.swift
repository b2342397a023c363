import FoundationEssentials
import Logging
import SpoolCore
import SpoolSystem
import SystemPackage

/// Takes one candidate as far as it goes: look, claim, record, work, commit. Runs on threads that may block.
struct JobTurn: Sendable {
    var moves: JobMoves
    var work: any JobWork
    var retries: RetryPolicy
    /// Without it, a job that finds no space is not to blame.
    var floor: StorageFloor
    var slowLane: SlowLane
    var limits: JobLimits
    var events: WorkerEvents
    var logger: Logger

    /// - Parameter settled: the state in which the file has stayed for the settle time, if it has.
    func run(_ candidate: Candidate, settled: SettledFile?) async -> TurnOutcome {
        let id = UniqueID().description
        let claimedName = candidate.claimedName(id: id)
        moves.held.insert(claimedName)
        defer { moves.held.remove(claimedName) }
        do throws(SystemFailure) {
            switch try claim(candidate, as: claimedName, id: id, settled: settled) {
            case .claimed(let claimed):
                let outcome = await process(claimed)
                withExtendedLifetime(claimed.slowPlace) {}
                return outcome
            case .not(let outcome): return outcome
            }
        } catch {
            // A job that is here already is put back when the pause is over. A file in its way is put back at once.
            return error.isOfOneName && (error.errno == .fileExists || !mayHold(claimedName))
                ? .unclaimable(error) : .blocked(error)
        }
    }

    private func mayHold(_ name: JobName) -> Bool {
        do throws(SystemFailure) {
            return try moves.holds(name)
        } catch {
            return true
        }
    }

    /// Works on a job that is claimed. Where the spool's file system fails, the job goes back to where it waits.
    private func process(_ claimed: ClaimedJob) async -> TurnOutcome {
        var claimed = claimed
        do throws(SystemFailure) {
            switch claimed.content {
            case .job(let job):
                if let time = job.notBefore, time > Date(), !claimed.beginsEarly {
                    return try schedule(claimed, at: time)
                }
                return try await attempt(job, &claimed)
            case .wrong(let error, _), .unfinished(let error):
                // Without a record nobody could tell a commit that was cut in half from another job's result.
                try moves.record(claimed.document, of: claimed.name, file: claimed.file)
                try claimed.left?.remove()
                return try end(claimed, failed: error)
            }
        } catch {
            return giveBack(claimed, because: error)
        }
    }

    private func attempt(_ job: Job, _ claimed: inout ClaimedJob) async throws(SystemFailure) -> TurnOutcome {
        let document = claimed.document
        let retries = retries.limited(to: job.maxAttempts)
        if let lost = document.ownAttempts.last?.error, lost.code == .historyUnreadable {
            return try end(claimed, failed: lost)
        }
        guard
            retries.count(document.ownAttempts) < retries.maxAttempts
                || document.attempts.last?.error?.code != .workerDied
        else {
            return try end(claimed, failed: .workerDied(in: document.ownAttempts))
        }
        if let tooLarge = document.refusal(of: job) {
            // As for a job that cannot be read.
            try moves.record(document, of: claimed.name, file: claimed.file)
            try claimed.left?.remove()
            return try end(claimed, failed: tooLarge)
        }
        var attempt = ResultDocument.Attempt(number: document.attempts.count + 1, startedAt: Date())
        try moves.record(document.adding(attempt), of: claimed.name, file: claimed.file)
        // The history is in the record now, with an attempt more than what was left.
        try claimed.left?.remove()
        claimed.left = nil

        let start = ContinuousClock.now
        let outcome = await work.run(job, workAttempt(of: claimed, document.adding(attempt)))
        attempt.milliseconds = start.millisecondsUntilNow
        switch outcome {
        case .done(var success):
            claimed.document.attempts.append(attempt)
            success.timings.queued = document.claimedAt.timeIntervalSince(document.submittedAt) * 1000
            return try end(claimed, .done(success, at: Date()))
        case .failed(let error, _) where error.starvation == nil && error.code == .storageFull && lacksSpace:
            // No job's fault: it waits, and so does the worker. With space left, the job takes more than there is.
            throw SystemFailure("write a rendition of", FilePath(claimed.document.job), .noSpace)
        case .failed(let error, let source):
            if let starvation = error.starvation { throw starvation }
            attempt.error = error
            attempt.source = source
            claimed.document.attempts.append(attempt)
            guard let time = retries.retry(after: claimed.document.ownAttempts, now: Date()) else {
                return try end(claimed, failed: error)
            }
            return try end(claimed, .retry(at: time, because: error))
        case .interrupted: return giveBack(claimed, because: nil)
        case .fenced: return fenced(claimed)
        }
    }

    /// - Parameter record: of the attempt.
    private func workAttempt(of claimed: ClaimedJob, _ record: ResultDocument) -> WorkAttempt {
        let (moves, logger, name, file) = (moves, logger, claimed.name, claimed.file)
        return WorkAttempt(id: record.id, worker: moves.lease.worker.id) { () throws(SystemFailure) in
            try moves.holds(name)
        } show: { progress in
            var record = record
            record.state = .processing(progress)
            do throws(SystemFailure) {
                // Whoever has taken the job over has removed the record.
                if try moves.holds(name) { try moves.record(record, of: name, file: file) }
            } catch {
                // The record from before is still there, and says all that counts.
                logger.debug(
                    "the progress of a job could not be shown", metadata: ["job": "\(name)", "error": "\(error)"])
            }
        }
    }

    private var lacksSpace: Bool {
        do throws(SystemFailure) {
            return try floor.shortage() != nil
        } catch {
            return true
        }
    }

    // MARK: Ends

    private func end(_ claimed: ClaimedJob, failed error: JobError) throws(SystemFailure) -> TurnOutcome {
        try end(claimed, .failed(error, at: Date()))
    }

    /// Ends the attempt, and the job unless it waits for another.
    private func end(_ claimed: ClaimedJob, _ state: ResultDocument.State) throws(SystemFailure) -> TurnOutcome {
        var claimed = claimed
        claimed.document.state = state
        guard let name = try commit(claimed) else { return fenced(claimed) }
        events.send(.attempted(claimed.document, as: name))
        return if case .retry(let time, _) = state { .postponed(until: time) } else { .finished(state.status) }
    }

    /// Lets a job wait for the time that it asks for; no attempt is spent.
    private func schedule(_ claimed: ClaimedJob, at time: Date) throws(SystemFailure) -> TurnOutcome {
        var claimed = claimed
        // As for a job that cannot be read.
        try moves.record(claimed.document, of: claimed.name, file: claimed.file)
        try claimed.left?.remove()
        claimed.document.state = .retry(at: time, because: nil)
        guard let name = try commit(claimed) else { return fenced(claimed) }
        logger.info(
            "waits for the time that the job asks for",
            metadata: ["job": "\(name)", "notBefore": "\(Timestamp.text(time))"])
        return .postponed(until: time)
    }

    private func commit(_ claimed: ClaimedJob) throws(SystemFailure) -> JobName? {
        switch try moves.commit(claimed.name, claimed.document) {
        case .fenced: return nil
        case .committed(let name, let unflushed):
            if let unflushed {
                logger.error(
                    "the job has ended, but a power cut may undo that",
                    metadata: ["job": "\(name)", "error": "\(unflushed)"])
            } else if claimed.document.status == .done {
                removeOwnImages(of: claimed)
            }
            return name
        }
    }

    /// Not before the commit is on the disk: after a power cut the job would need them again. Where the worker does not wait
    /// for the disk, and for what fails here, the pruner does it an hour later.
    private func removeOwnImages(of claimed: ClaimedJob) {
        guard moves.durability == .full, case .job(let job) = claimed.content else { return }
        do throws(SystemFailure) {
            try moves.spool.removeOwnImages(of: job, as: claimed.name, owner: claimed.file.owner)
        } catch {
            logger.notice(
                "the image of a job that is done could not be removed; it is tried again later",
                metadata: ["job": "\(claimed.document.job)", "error": "\(error)"])
        }
    }

    /// The job's file is not in the claim folder any more.
    private func fenced(_ claimed: ClaimedJob) -> TurnOutcome {
        var metadata: Logger.Metadata = ["job": "\(claimed.document.job)"]
        do throws(SystemFailure) {
            switch try moves.whereabouts(of: claimed.name, claimed.file, claimed.document) {
            case .takenOver(let worker):
                metadata["by"] = worker.map { "\($0)" }
                logger.warning(
                    "another worker has taken this job over while this one did not run; what it did is dropped",
                    metadata: metadata)
            case .moved(let place):
                metadata["now"] = "\(place?.printable ?? "not in the spool under this name")"
                logger.warning(
                    "somebody has moved or removed this job's file while it was worked on; what was done is dropped",
                    metadata: metadata)
                try moves.forget(claimed.name)
            }
        } catch {
            metadata["error"] = "\(error)"
            logger.warning("this job is not this worker's any more; what it did is dropped", metadata: metadata)
        }
        return .fenced
    }

    /// Puts a job back to where it waits; no attempt is spent. One that has a history keeps it, in `retry`.
    private func giveBack(_ claimed: ClaimedJob, because failure: SystemFailure?) -> TurnOutcome {
        do throws(SystemFailure) {
            guard try moves.holds(claimed.name) else { return fenced(claimed) }
            if claimed.document.attempts.isEmpty {
                try moves.giveBack(claimed.name, id: claimed.document.id)
            } else {
                try putBackWithHistory(claimed)
            }
        } catch {
            logger.critical(
                "a job could not be put back; it stays with this worker, which tries again every second",
                metadata: ["job": "\(claimed.document.job)", "error": "\(error)"])
        }
        if let failure { return .blocked(failure) }
        return claimed.document.attempts.isEmpty ? .givenBack : .postponed(until: Date())
    }

    private func putBackWithHistory(_ claimed: ClaimedJob) throws(SystemFailure) {
        var claimed = claimed
        claimed.document.state = .retry(at: Date(), because: claimed.document.attempts.last?.error)
        do throws(SystemFailure) {
            _ = try moves.commit(claimed.name, claimed.document)
        } catch {
            // A full disk takes no document any more, but the record is one, and a rename needs no space.
            try moves.setAside(claimed.name, id: claimed.document.id)
        }
    }
}

extension JobError {
    /// - Parameter attempts: those that count, the last of which ended with its worker.
    fileprivate static func workerDied(in attempts: ArraySlice<ResultDocument.Attempt>) -> JobError {
        let deaths = attempts.count { $0.error?.code == .workerDied }
        return JobError(
            .workerDied,
            "the worker ended in the middle of this job in \(deaths) of \(attempts.count) attempts, and no more are "
                + "allowed (max-attempts); find out what the job does to the worker before you put it back",
            retryable: false)
    }
}

extension SystemFailure {
    /// Whether it may be a matter of one name alone. What the process or the disk lacks, it lacks for all.
    fileprivate var isOfOneName: Bool {
        !isStarvation && ![.noSpace, .diskQuotaExceeded, .readOnlyFileSystem].contains(errno)
    }
}
