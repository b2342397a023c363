import FoundationEssentials
package import SpoolSystem
package import SystemPackage

/// The moves of one worker's jobs between the states of a spool. Every move is one rename; see ARCHITECTURE.md for the
/// order of the steps and what a crash after each of them leaves behind.
///
/// The calls block on the file system.
package struct JobMoves: Sendable {
    package let spool: Spool
    package let lease: WorkerLease
    /// Of the moves from now on.
    package var durability: Durability
    /// What the worker's turns are at: one set for a lease, like the records, whatever settings change meanwhile.
    package let held = HeldClaims()
    let records: AttemptRecords

    package init(spool: Spool, lease: WorkerLease, durability: Durability) {
        self.spool = spool
        self.lease = lease
        self.durability = durability
        records = AttemptRecords(in: lease.claims)
    }

    private var documents: DocumentFile {
        DocumentFile(staging: spool[.tmp], owner: lease.worker.id, durability: durability)
    }

    // MARK: Claim

    /// Takes a job out of `source` into the worker's own claim folder.
    /// - Returns: false if it is not there any more: another worker was faster, or the producer took it back.
    package func claim(_ name: JobName, from source: Folder, as claimed: JobName) throws(SystemFailure) -> Bool {
        do throws(SystemFailure) {
            try source.move(name.file, to: lease.claims, as: claimed.file)
            return true
        } catch  where error.errno == .noSuchFileOrDirectory {
            return false
        }
    }

    /// Takes a job that has a history. That is in place here before the job is: whoever finds the job finds its history.
    /// - Returns: as above.
    /// - Throws: `fileExists` if a job of this name lies in the claim folder already; that one keeps its own history.
    package func claim(
        _ name: JobName, from source: Folder, withHistory document: ResultDocument, file: FileStatus
    ) throws(SystemFailure) -> Bool {
        guard try !holds(name) else {
            throw SystemFailure("claim \(name), of which there is one in", lease.claims.path, .fileExists)
        }
        try record(document, of: name, file: file)
        let hasClaimed: Bool
        do throws(SystemFailure) {
            hasClaimed = try claim(name, from: source, as: name)
        } catch {
            // A record without its job tells nobody anything.
            try? records.retire(name.result)
            throw error
        }
        if !hasClaimed { try records.retire(name.result) }
        return hasClaimed
    }

    /// Whether the job is still this worker's. It is not once another has taken it over, because this one slept.
    package func holds(_ claimed: JobName) throws(SystemFailure) -> Bool {
        try lease.claims.status(of: claimed.file) != nil
    }

    // MARK: Attempt

    /// Records the attempts so far, before the work of the last one starts. It is not flushed: the record outlives a
    /// crash of the worker, and after a power cut the attempt has not happened.
    /// - Parameter file: the job's file, of which the record tells.
    package func record(
        _ document: ResultDocument, of claimed: JobName, file: FileStatus
    ) throws(SystemFailure) {
        try records.write(AttemptRecords.content(document, of: file), as: claimed.result)
    }

    // MARK: Commit

    /// How the last move of a job ended.
    package enum Ending: Sendable, Equatable {
        /// The job is in the state of its document, under this name: another than its own if that was taken. With what
        /// failed afterwards, so that a power cut may undo it.
        case committed(JobName, unflushed: SystemFailure?)
        /// Another worker has taken the job over, so nothing was changed.
        case fenced
    }

    /// Moves a job on to `done`, `failed` or `retry`, as its document says: the document is put in place, then the job's
    /// own rename commits it.
    /// - Throws: what failed before the commit; the job is where it was.
    @discardableResult
    package func commit(_ claimed: JobName, _ document: ResultDocument) throws(SystemFailure) -> Ending {
        let state = spool[document.status.folder]
        guard try holds(claimed) else { return .fenced }
        if let retryAt = document.retryAt { try showDue(claimed, at: retryAt) }
        for name in Self.candidateNames(for: claimed, id: document.id) {
            // A job without a result stands there if somebody moved it by hand.
            guard try state.status(of: name.file) == nil else { continue }
            switch try place(document, of: claimed, as: name, in: state) {
            case .placed: break
            case .taken: continue
            case .fenced: return .fenced
            }
            do throws(SystemFailure) {
                try spool.announce(name, in: document.status.folder, id: document.id, durability)
                // The result's name is this worker's alone, and so is the job's.
                try lease.claims.move(claimed.file, to: state, as: name.file)
            } catch {
                let isGone = error.errno == .noSuchFileOrDirectory
                guard isGone ? false : try lease.claims.confirms(claimed.file) else {
                    // Another worker has taken the job over, or has finished this very commit, or it took effect although
                    // it failed, as network file systems may have it. They may also show a job late: the document stays,
                    // because a job without one is worse than one without a job.
                    return try state.status(of: name.file) == nil
                        ? .fenced : .committed(name, unflushed: flush(state, after: claimed))
                }
                // Without the job the document would tell of a state that is not. What has failed first counts: that the
                // announcement cannot be taken back keeps nothing else from it, and the next attempt makes it true.
                try? spool.withdraw(name, in: document.status.folder, id: document.id)
                try state.remove(name.result)
                if error.errno == .fileExists { continue }
                throw error
            }
            return .committed(name, unflushed: flush(state, after: claimed))
        }
        throw SystemFailure("commit", lease.claims.path.appending(claimed.file), .fileExists)
    }

    private enum Placing {
        case placed
        /// The name has another job's result.
        case taken
        /// The job is another worker's by now, and so is a result of it.
        case fenced
    }

    /// Puts a result in place. What this job's own earlier holder left there is replaced.
    private func place(
        _ document: ResultDocument, of claimed: JobName, as name: JobName, in state: Folder
    ) throws(SystemFailure) -> Placing {
        for _ in 0..<2 {
            do throws(SystemFailure) {
                // In one step: of two workers with one name, one gets EEXIST and goes on to the next. Flushing may have taken
                // longer than the lease holds, so the job is looked for once more.
                let placed = try documents.write(
                    document.content, to: state, as: name.result, modified: document.retryAt?.nanoseconds
                ) { () throws(SystemFailure) in try lease.claims.confirms(claimed.file) }
                return placed == nil ? .fenced : .placed
            } catch  where error.errno == .fileExists {
                guard try isSameJob(name.result, in: state, document) else { return .taken }
                // One that has its job tells how another worker ended it.
                guard try lease.claims.confirms(claimed.file), try state.status(of: name.file) == nil else {
                    return .fenced
                }
                try state.remove(name.result)
            }
        }
        return .taken
    }

    private func isSameJob(
        _ name: FilePath.Component, in state: Folder, _ document: ResultDocument
    ) throws(SystemFailure) -> Bool {
        guard case .document(let there) = try ResultDocument.history(name, in: state) else { return false }
        return there.id == document.id
    }

    /// The file's time is its not-before time, for `ls` and for a look that reads no documents. A worker may only set it
    /// on files of its own user; for others the time of the document's file has to do.
    private func showDue(_ claimed: JobName, at time: Date) throws(SystemFailure) {
        let milliseconds = Int64((time.timeIntervalSince1970 * 1000).rounded())
        do throws(SystemFailure) {
            try lease.claims.setModified(claimed.file, milliseconds * 1_000_000)
        } catch  where error.lacksRight {
            return
        }
    }

    /// What comes after the commit: it has happened, whatever fails here.
    private func flush(_ state: Folder, after claimed: JobName) -> SystemFailure? {
        do throws(SystemFailure) {
            if durability == .full {
                try state.synchronize()
                try lease.claims.synchronize()
            }
            try records.retire(claimed.result)
            return nil
        } catch {
            return error
        }
    }

    /// The name itself, then `NAME~2` to `NAME~9`, then one that nobody else can have.
    /// - Parameter id: the job's; without it the last one is left out.
    static func candidateNames(for name: JobName, id: String?) -> some Sequence<JobName> {
        (1...(id == nil ? 9 : 10)).lazy.map { number in
            switch number {
            case 1: name
            case 10: name.distinguished(by: id ?? "")
            default: name.distinguished(by: String(number))
            }
        }
    }

    // MARK: Giving back

    /// Puts a claimed job back where producers drop them, as if it had never been claimed. If a producer has used the
    /// name again meanwhile, the older job gets a distinguishing suffix.
    package func giveBack(_ claimed: JobName, id: String) throws(SystemFailure) {
        // The record goes first: a crash in between leaves a job without an attempt, which is the truth.
        try records.retire(claimed.result)
        for name in Self.candidateNames(for: claimed, id: id) {
            do throws(SystemFailure) {
                _ = try spool.putIntoIncoming(claimed.file, from: lease.claims, as: name, id: id)
                return
            } catch {
                switch error.errno {
                case .fileExists: continue
                case .noSuchFileOrDirectory:
                    if try holds(claimed) { throw error }
                    // Taken over; it is in good hands.
                    return
                default: throw error
                }
            }
        }
        throw SystemFailure("give back", lease.claims.path.appending(claimed.file), .fileExists)
    }

    /// Keeps a document that cannot be read, where nobody takes it for a result: it has the only history of its job.
    /// - Parameters:
    ///   - document: its name in `folder`.
    ///   - id: under which the job goes on.
    package func keepAside(
        _ document: FilePath.Component, in folder: Folder, of name: JobName, id: String
    ) throws(SystemFailure) {
        do throws(SystemFailure) {
            try folder.move(document, to: spool[.failed], as: name.unreadable(id: id))
        } catch  where error.errno == .noSuchFileOrDirectory {
            return
        }
        if durability == .full { try spool[.failed].synchronize() }
    }

    /// Puts a job into `retry` with its record as the document. Nothing is written, so this works on a full disk.
    package func setAside(_ claimed: JobName, id: String) throws(SystemFailure) {
        for name in Self.candidateNames(for: claimed, id: id) {
            guard try spool[.retry].status(of: name.file) == nil else { continue }
            do throws(SystemFailure) {
                try lease.claims.place(claimed.result, in: spool[.retry], as: name.result)
                records.forget(claimed.result)
            } catch  where error.errno == .fileExists {
                continue
            }
            return try lease.claims.move(claimed.file, to: spool[.retry], as: name.file)
        }
        throw SystemFailure("set aside", lease.claims.path.appending(claimed.file), .fileExists)
    }
}

extension ResultDocument.Status {
    /// Where a job of this status lies.
    package var folder: SpoolFolder {
        switch self {
        case .processing: .processing
        case .retry: .retry
        case .done: .done
        case .failed: .failed
        }
    }
}
