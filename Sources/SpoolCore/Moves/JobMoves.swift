package import SpoolSystem
package import SystemPackage

/// The moves of one worker's jobs between the states of a spool. Every move is one rename; see ARCHITECTURE.md for the
/// order of the steps and what a crash after each of them leaves behind.
///
/// The calls block on the file system.
package struct JobMoves: Sendable {
    package let spool: Spool
    package let lease: WorkerLease
    package let durability: Durability
    private let records: AttemptRecords

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

    /// Puts a claimed job back where producers drop them, as if it had never been claimed. If a producer has used the
    /// name again meanwhile, the older job gets a distinguishing suffix.
    package func giveBack(_ claimed: JobName, id: String) throws(SystemFailure) {
        // The record goes first: a crash in between leaves a job without an attempt, which is the truth.
        try records.retire(claimed.result)
        for name in Self.candidateNames(for: claimed, id: id) {
            do throws(SystemFailure) {
                return try lease.claims.move(claimed.file, to: spool[.incoming], as: name.file)
            } catch  where error.errno == .fileExists {
                continue
            }
        }
        throw SystemFailure("give back", lease.claims.path.appending(claimed.file), .fileExists)
    }

    // MARK: Attempt

    /// Records the attempts so far, before the work of the last one starts. It is not flushed: the record outlives a
    /// crash of the worker, and after a power cut the attempt has not happened.
    package func record(_ document: ResultDocument, of claimed: JobName) throws(SystemFailure) {
        try records.write(document.content, as: claimed.result)
    }

    /// Takes back the record of a job that another worker has taken over first.
    package func withdrawRecord(of claimed: JobName) throws(SystemFailure) { try records.retire(claimed.result) }

    // MARK: Commit

    /// Ends a job: its result document is put in place, then the job's own rename commits it.
    /// - Returns: the name under which the job ended, another than its own if that was taken by an earlier job; and
    ///   what failed after the commit, when the job has ended but a power cut may undo it.
    /// - Throws: what failed before the commit; the job is where it was.
    @discardableResult
    package func commit(
        _ claimed: JobName, _ document: ResultDocument
    ) throws(SystemFailure) -> (name: JobName, unflushed: SystemFailure?) {
        let state = spool[document.status == .done ? .done : .failed]
        for name in Self.candidateNames(for: claimed, id: document.id) {
            // A job without a result stands there if somebody moved it by hand.
            guard try state.status(of: name.file) == nil else { continue }
            do throws(SystemFailure) {
                // No rename replaces anything: of two workers with one name, one gets EEXIST and goes on to the next.
                try documents.write(document.content, to: state, as: name.result, replacing: false)
            } catch  where error.errno == .fileExists {
                continue
            }
            do throws(SystemFailure) {
                try lease.claims.move(claimed.file, to: state, as: name.file)
            } catch {
                // Without the job the document would tell of a state that is not.
                try state.remove(name.result)
                if error.errno == .fileExists { continue }
                throw error
            }
            do throws(SystemFailure) {
                if durability == .full {
                    try state.synchronize()
                    try lease.claims.synchronize()
                }
                try records.retire(claimed.result)
                return (name, nil)
            } catch {
                return (name, error)
            }
        }
        throw SystemFailure("commit", lease.claims.path.appending(claimed.file), .fileExists)
    }

    /// The name itself, then `NAME~2` to `NAME~9`, then one that nobody else can have.
    private static func candidateNames(for name: JobName, id: String) -> some Sequence<JobName> {
        [name] + (2...9).lazy.map { name.distinguished(by: String($0)) } + [name.distinguished(by: id)]
    }

    // MARK: Recovery

    /// Finishes the commit of a job whose worker died after the result document was in place and before the job's own
    /// rename.
    /// - Returns: whether there was such a document.
    package func finishCommit(
        of name: JobName, in orphan: OrphanedClaims, recorded document: ResultDocument
    ) throws(SystemFailure) -> Bool {
        for state in [SpoolFolder.done, .failed] {
            for candidate in Self.candidateNames(for: name, id: document.id) {
                guard let placed = try spool.result(in: state, named: candidate.result) else { continue }
                guard placed.id == document.id, try spool[state].status(of: candidate.file) == nil else { continue }
                try orphan.folder.move(name.file, to: spool[state], as: candidate.file)
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
}

extension Spool {
    /// The result document of this name, or nil if there is none that can be read.
    package func result(in state: SpoolFolder, named name: FilePath.Component) throws(SystemFailure) -> ResultDocument?
    {
        try ResultDocument.read(name, in: self[state])
    }
}

extension ResultDocument {
    /// Documents are a few kilobytes; metadata can add as much as a job file may hold.
    static let maximumBytes = 64 << 20

    static func read(_ name: FilePath.Component, in folder: Folder) throws(SystemFailure) -> ResultDocument? {
        let content = try Spool.existing { () throws(SystemFailure) in
            try folder.file(name).read(upTo: maximumBytes)
        }
        // A document that is no document is as good as none; nobody's work is decided by it.
        guard let content, let json = try? JSONValue(parsing: content) else { return nil }
        return try? ResultDocument(json: json)
    }
}
