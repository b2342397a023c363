public import SpoolSystem
import SystemPackage

extension Spool {
    /// Drops a job, as a producer: written and flushed in the staging folder, then renamed into `incoming`, so that a
    /// worker sees the whole job or none, also after a power cut.
    /// - Parameters:
    ///   - job: what to make.
    ///   - stem: how the job's name begins; a unique id follows. Slashes become dashes.
    /// - Returns: the job's name, for ``result(of:)``.
    /// - Throws: what the file system refused, such as a full disk. Then there is no job.
    public func submit(_ job: Job, named stem: String = "job") throws(SystemFailure) -> JobName {
        try submit(job, as: JobName(stem: stem, id: UniqueID()))
    }

    /// Drops a job unless the spool has one of its name already, in whatever state: for a producer that was interrupted and
    /// begins again. Two that do so at the same moment may both drop it, and then it is done twice; it is never lost.
    /// - Parameters:
    ///   - job: what is dropped.
    ///   - name: of this job alone: ``JobName/init(stem:hashOf:)``.
    /// - Returns: where the job is that was there; nil if this one was dropped.
    /// - Throws: as above.
    public func submit(_ job: Job, once name: JobName) throws(SystemFailure) -> FoundJob? {
        if let known = try self.job(named: name) { return known }
        do throws(SystemFailure) {
            _ = try submit(job, as: name)
            return nil
        } catch  where error.errno == .fileExists {
            // Another producer was faster.
            return try self.job(named: name) ?? FoundJob(name: name, state: .incoming)
        }
    }

    /// - Parameter name: a unique one.
    package func submit(_ job: Job, as name: JobName) throws(SystemFailure) -> JobName {
        try DocumentFile(staging: self[.tmp], owner: "submit", durability: .full).write(
            job.content, to: self[.incoming], as: name.file)
        do throws(SystemFailure) {
            try self[.incoming].synchronize()
        } catch {
            // A power cut may take the job, so whoever submits it must know; but if a worker has it, it is on its way.
            guard try takeBack(name) else { return name }
            throw error
        }
        return name
    }

    /// Takes a job out of `incoming` again.
    /// - Returns: false if it is not there any more.
    package func takeBack(_ name: JobName) throws(SystemFailure) -> Bool {
        let hidden = FilePath.Component(".submit.\(UniqueID()).tmp")!
        do throws(SystemFailure) {
            try self[.incoming].move(name.file, to: self[.tmp], as: hidden)
        } catch  where error.errno == .noSuchFileOrDirectory {
            return false
        }
        try self[.tmp].remove(hidden)
        return true
    }

    /// The result of a job that was dropped under a unique name, or nil as long as it waits or runs.
    public func result(of name: JobName) throws(SystemFailure) -> ResultDocument? {
        for state in [SpoolFolder.done, .failed] {
            // The document is in place before the job is; the job's own file is what says that it ended.
            guard try self[state].status(of: name.file) != nil else { continue }
            if let document = try result(in: state, named: name.result) { return document }
        }
        return nil
    }
}
