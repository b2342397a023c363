import FoundationEssentials
import Logging
import SpoolCore
import SpoolSystem
import SystemPackage

/// The ways into the worker's claim folder.
extension JobTurn {
    enum ClaimOutcome {
        case claimed(ClaimedJob)
        case not(TurnOutcome)
    }

    /// - Parameters:
    ///   - claimedName: the name that it gets in the worker's folder.
    ///   - id: for a job that has none yet.
    func claim(
        _ candidate: Candidate, as claimedName: JobName, id: String, settled: SettledFile?
    ) throws(SystemFailure) -> ClaimOutcome {
        switch candidate {
        case .dropped(let name): try claim(name, as: claimedName, id: id, settled: settled)
        case .waiting(let name): try claimWaiting(name)
        case .orphaned(let name, let orphan, _): try takeOver(name, from: orphan)
        }
    }

    // MARK: From incoming

    private func claim(
        _ name: JobName, as claimedName: JobName, id: String, settled: SettledFile?
    ) throws(SystemFailure) -> ClaimOutcome {
        let incoming = moves.spool[.incoming]
        guard let seen = try JobReading(name.file, in: incoming, limits: limits) else {
            return .not(.gone)
        }
        if case .unfinished = seen.content, settled?.status != seen.status { return .not(.unfinished(seen.status)) }

        guard try moves.claim(name, from: incoming, as: claimedName) else { return .not(.gone) }
        // Between the look and the claim a producer may have written on, or put another file under the name.
        guard let now = try seen.again(as: claimedName.file, in: moves.lease.claims, limits: limits) else {
            return .not(.gone)
        }
        if case .unfinished = now.content, !now.isSame(as: seen) {
            try moves.giveBack(claimedName, id: id)
            return .not(.unfinished(now.status))
        }
        if settled?.followsClaim == true, now.isUnusedFile, now.isSame(as: seen) {
            // A producer has touched its job by name after the claim, which made this file.
            try moves.lease.claims.remove(claimedName.file)
            logger.notice(
                "removed an empty file that came under the name of a job just claimed; it carries no job",
                metadata: ["job": "\(name)"])
            return .not(.gone)
        }
        var document = newDocument(name, id: id, now, submitted: seen.status.changed)
        let left = name.fits ? try moves.leftResult(of: name) : nil
        if let left { document.continueHistory(of: left.document) }
        var content = now.content
        if !name.fits {
            content = .wrong(
                JobError(
                    .jobNameTooLong,
                    "the job's name is too long to put a result document beside it; use at most "
                        + "\(JobName.maximumBytes) bytes"), metadata: nil)
        }
        return .claimed(
            ClaimedJob(name: claimedName, content: content, file: now.status, document: document, left: left))
    }

    private func newDocument(
        _ name: JobName, id: String, _ reading: JobReading, submitted: Int64
    ) -> ResultDocument {
        ResultDocument(
            job: name.description, id: id, state: .processing(nil), worker: moves.lease.worker,
            owner: Int(reading.status.owner), submittedAt: Date(nanoseconds: submitted), claimedAt: Date(),
            metadata: reading.content.metadata)
    }

    // MARK: From retry

    /// Seconds after which a job looks again whether the slow lane has a place: at random, so that a thousand jobs do not
    /// come all at once, again and again.
    private static let slowLanePauses = 2.0...10.0

    private func claimWaiting(_ name: JobName) throws(SystemFailure) -> ClaimOutcome {
        let retry = moves.spool[.retry]
        let now = Date()
        guard let status = try retry.status(of: name.file),
            case let due = Date(nanoseconds: try moves.spool.dueTime(of: name, status)),
            RetryListing.isDue(due, now: now, longestWait: retries.longestWait),
            let reading = try JobReading(name.file, in: retry, limits: limits)
        else { return .not(.gone) }
        let told = try ResultDocument.history(name.result, in: retry)
        let touch = Touch(file: status, document: try retry.status(of: name.result), now: now)
        let isEarly = reading.content.notBefore.map { $0 > now } ?? false
        if isEarly, let time = reading.content.notBefore, !told.isOverruled(by: touch, until: time) {
            return .not(.postponed(until: time))
        }
        if case .document(let document) = told,
            let retryAt = document.notBefore(touch),
            !RetryListing.isDue(retryAt, now: now, longestWait: retries.longestWait)
        {
            return .not(.postponed(until: retryAt))
        }
        var slowPlace: SlowLane.Place?
        if case .document(let document) = told, document.attempts.last?.error?.code == .renderTimeout {
            slowPlace = slowLane.enter()
            if slowPlace == nil { return .not(.postponed(until: try moveOn(name, in: retry, now: now))) }
        }
        var document = history(told, of: name, reading)
        guard try moves.claim(name, from: retry, withHistory: document, file: reading.status) else {
            return .not(.gone)
        }
        guard try isClaimed(reading, as: name) else { return .not(.givenBack) }
        // Between the look and the claim another worker may have had the job and put it back.
        let toldNow = try ResultDocument.history(name.result, in: retry)
        let historyNow = history(toldNow, of: name, reading)
        if historyNow.attempts != document.attempts {
            document = historyNow
            try moves.record(document, of: name, file: reading.status)
        }
        if case .unreadable = toldNow {
            try moves.keepAside(name.result, in: retry, of: name, id: document.id)
        } else {
            try retry.remove(name.result)
        }
        return .claimed(
            ClaimedJob(
                name: name, content: reading.content, file: reading.status, document: document, beginsEarly: isEarly,
                slowPlace: slowPlace))
    }

    /// Lets a job wait a little longer, by its file's time as always; where that is another user's file, it is looked at again
    /// each second.
    private func moveOn(_ name: JobName, in retry: Folder, now: Date) throws(SystemFailure) -> Date {
        let due = now + Double.random(in: Self.slowLanePauses)
        do throws(SystemFailure) {
            try retry.setModified(name.file, due.nanoseconds)
            return due
        } catch  where error.errno == .noSuchFileOrDirectory || error.isOfRights {
            return now + 1
        }
    }

    /// What is known of a job's earlier attempts; a job that somebody put there by hand has none.
    private func history(
        _ told: ResultDocument.Reading, of name: JobName, _ reading: JobReading
    ) -> ResultDocument {
        let new = newDocument(name, id: UniqueID().description, reading, submitted: reading.status.changed)
        switch told {
        case .missing: return new
        case .unreadable(let result): return new.withLostHistory(result, of: name)
        case .document(var document):
            document.beginAnew(with: moves.lease.worker, owner: reading.status.owner)
            // An attempt that was given back has neither time nor error, and does not count.
            document.attempts.removeAll { $0.error == nil }
            document.metadata = reading.content.metadata
            return document
        }
    }

    // MARK: From a worker that died

    private func takeOver(_ name: JobName, from orphan: OrphanedClaims) throws(SystemFailure) -> ClaimOutcome {
        let recorded = try orphan.record(of: name)
        if try moves.finishCommit(of: name, in: orphan, recorded: recorded) {
            logger.notice("finished the commit of a worker that died", metadata: ["job": "\(name)"])
            // The next look at the workers tries again, and tells.
            try? removeIfEmpty(orphan)
            return .not(.gone)
        }
        guard let reading = try JobReading(name.file, in: orphan.folder, limits: limits) else { return .not(.gone) }
        let told = try orphan.recordReading(of: name)
        var document =
            recorded ?? newDocument(name, id: UniqueID().description, reading, submitted: reading.status.changed)
        if case .unreadable(let record) = told { document = document.withLostHistory(record, of: name) }
        document.beginAnew(with: moves.lease.worker, owner: reading.status.owner)
        document.metadata = reading.content.metadata
        if let last = document.attempts.indices.last, document.attempts[last].error == nil {
            document.attempts[last].error = JobError(
                .workerDied, "the worker \(orphan.id) ended in the middle of this attempt")
        }
        // While the job still lies with the dead: later nobody knows whose leftovers to look for.
        if case .job(let job) = reading.content {
            try work.discardLeftovers(of: job, id: recorded?.id, worker: orphan.id)
        }
        guard try moves.claim(name, from: orphan.folder, withHistory: document, file: reading.status) else {
            return .not(.gone)
        }
        guard try isClaimed(reading, as: name) else { return .not(.givenBack) }
        if case .unreadable = told {
            try moves.keepAside(name.result, in: orphan.folder, of: name, id: document.id)
        }
        // As above.
        try? removeIfEmpty(orphan)
        logger.notice(
            "took over a job of a worker that died",
            metadata: ["job": "\(name)", "worker": "\(orphan.id)", "attempts": "\(document.attempts.count)"])
        return .claimed(
            ClaimedJob(name: name, content: reading.content, file: reading.status, document: document))
    }

    /// Whether what was claimed is what was read. Otherwise another job has come under its name meanwhile, of which
    /// nothing is known, and it goes back.
    private func isClaimed(_ reading: JobReading, as name: JobName) throws(SystemFailure) -> Bool {
        if let now = try reading.again(as: name.file, in: moves.lease.claims, limits: limits),
            now.isSame(as: reading)
        {
            return true
        }
        try moves.giveBack(name, id: UniqueID().description)
        return false
    }

    /// Removes a dead worker's folder and lease with its last job.
    func removeIfEmpty(_ orphan: OrphanedClaims) throws(SystemFailure) {
        guard try orphan.jobs().isEmpty, try !orphan.remove() else { return }
        logger.warning(
            "a dead worker's folder holds files that are no jobs, so it stays",
            metadata: ["folder": "\(orphan.folder.path.printable)"])
    }
}

/// What the times of a job in `retry` say of an operator, who touches its file, or the document beside it where the file is
/// another user's, and means now.
private struct Touch {
    var file: FileStatus
    /// nil if there is none.
    var document: FileStatus?
    var now: Date

    /// When somebody has touched it since a document told of it; nil if nobody has. A time that was set for the job, and has come,
    /// counts as well.
    func time(since told: ResultDocument) -> Date? {
        let touched = Date(nanoseconds: file.modified)
        if touched > told.claimedAt, touched <= now { return touched }
        guard !file.isOwn, let document else { return nil }
        // Where a file system lets nobody set a time, it is that of the document's making.
        let set = Date(nanoseconds: document.modified)
        return set < told.claimedAt || set > told.lastMoment + Self.slowestWrite && set <= now ? set : nil
    }

    /// Seconds.
    private static let slowestWrite = 2.0
}

extension ResultDocument.Reading {
    /// Whether an operator lets a job begin that asks for a later time.
    /// - Parameter time: for which the job asks. The file may have it in whole seconds.
    fileprivate func isOverruled(by touch: Touch, until time: Date) -> Bool {
        guard case .document(let document) = self, let touched = touch.time(since: document) else { return false }
        return touched < time - 2
    }
}

extension ResultDocument {
    /// When the next attempt may begin of a job whose file could not be given that time, because it is another user's.
    fileprivate func notBefore(_ touch: Touch) -> Date? { touch.time(since: self) == nil ? retryAt : nil }

    /// The last of which it tells, shortly before it was written.
    fileprivate var lastMoment: Date {
        let ends = attempts.map { $0.startedAt + ($0.milliseconds ?? 0) / 1000 }
        return ends.reduce(claimedAt, max)
    }

    /// Another worker, or another life: what the last one said of its end is past.
    fileprivate mutating func beginAnew(with worker: Worker, owner: UInt32) {
        self.worker = worker
        self.owner = Int(owner)
        state = .processing(nil)
        claimedAt = Date()
    }

    /// Nobody knows how often the job was tried, so it counts as tried often enough: it must not begin anew for ever.
    fileprivate func withLostHistory(_ result: UnreadableResult, of name: JobName) -> ResultDocument {
        let place = FilePath(SpoolFolder.failed.rawValue).appending(name.unreadable(id: id))
        let error = JobError(
            .historyUnreadable,
            "the document with the job's earlier attempts, \(result.path.printable.shown), \(result.reason.shown); it "
                + "is kept as \(place.printable), and the job is not tried again: look at it, then put the job back into "
                + "incoming")
        return adding(Attempt(number: attempts.count + 1, startedAt: claimedAt, error: error))
    }

    /// The job was put back by hand: its attempts are told on, but do not count any more.
    fileprivate mutating func continueHistory(of earlier: ResultDocument) {
        id = earlier.id
        attempts = earlier.attempts.filter { $0.error != nil || $0.milliseconds != nil }
        attemptsForgiven = attempts.count
    }
}
