public import SpoolSystem
public import SystemPackage

/// Where a job's file was found.
public struct FoundJob: Sendable, Equatable {
    /// The name under which it lies there: another than it was dropped under, if that was taken.
    public var name: JobName
    /// The folder that has it.
    public var state: SpoolFolder
    /// The id of the worker that has it; nil but for ``SpoolFolder/processing``.
    public var worker: String?
    /// The history that lies beside it; nil if there is none, or it cannot be read.
    public var document: ResultDocument?

    package init(name: JobName, state: SpoolFolder, worker: String? = nil, document: ResultDocument? = nil) {
        self.name = name
        self.state = state
        self.worker = worker
        self.document = document
    }

    /// From the spool's folder.
    public var path: FilePath {
        var path = FilePath(state.rawValue)
        if let worker, let folder = FilePath.Component(worker) { path.append(folder) }
        return path.appending(name.file)
    }
}

extension Spool {
    /// All jobs of this name, in the order of the states: a name that was used again can be in several.
    public func find(_ name: JobName) throws(SystemFailure) -> [FoundJob] {
        var found: [FoundJob] = []
        for state in SpoolFolder.jobStates {
            for (worker, folder) in try places(of: state) where try folder.status(of: name.file) != nil {
                let reading =
                    state == .processing
                    ? try AttemptRecords.reading(of: name, in: folder)
                    : state.hasDocuments ? try ResultDocument.history(name.result, in: folder) : .missing
                var document: ResultDocument?
                if case .document(let readable) = reading { document = readable }
                found.append(FoundJob(name: name, state: state, worker: worker, document: document))
            }
        }
        return found
    }

    /// Where the job of a unique name is now; nil if the spool has none.
    public func job(named name: JobName) throws(SystemFailure) -> FoundJob? {
        // A job that goes back between two looks, from `retry` to `incoming` or from a worker that died, is missed by one
        // search. One that goes on meanwhile is found twice, and was seen last where it is now.
        for _ in 0..<3 {
            if let found = try find(name).last { return found }
        }
        return nil
    }

    /// Whether a job of this name waits, is held, or runs.
    package func isUnderWay(_ name: JobName) throws(SystemFailure) -> Bool {
        for state in SpoolFolder.jobStates where state.isWaiting || state == .processing {
            for (_, folder) in try places(of: state) where try folder.status(of: name.file) != nil { return true }
        }
        return false
    }

    /// The folders in which jobs of a state lie: that of each worker, or the state's own.
    package func places(of state: SpoolFolder) throws(SystemFailure) -> [(worker: String?, folder: Folder)] {
        guard state == .processing else { return [(nil, self[state])] }
        var places: [(worker: String?, folder: Folder)] = []
        var listing = try self[state].listing()
        while let name = try listing.next() {
            guard !name.isHidden, try self[state].status(of: name)?.kind == .folder,
                // A worker that ends removes its folder.
                let folder = try Self.existing({ () throws(SystemFailure) in try self[state].folder(name) })
            else { continue }
            places.append((name.string, folder))
        }
        return places
    }
}
