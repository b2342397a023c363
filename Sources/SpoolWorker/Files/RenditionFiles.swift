import SpoolCore
import SpoolSystem
import SystemPackage

/// The files of a job's renditions, under temporary names in their own folders until they are published.
struct RenditionFiles: Sendable {
    private struct Target: Sendable {
        /// As the job names it.
        var path: String
        var folder: Folder
        var name: FilePath.Component
        var temporary: FilePath.Component
        var file: OpenFile
    }

    private var targets: [Target] = []
    /// By their paths, so that a hundred renditions in one folder take one descriptor for it.
    private var folders: [FilePath: Folder] = [:]

    /// The open files, in the order of the renditions.
    var files: [OpenFile] { targets.map(\.file) }

    /// Makes an empty file for each rendition, and the folders that are missing.
    init(for job: Job, _ attempt: WorkAttempt, source: OpenFile, in roots: Roots) throws(JobError) {
        do throws(JobError) {
            for (index, rendition) in job.renditions.enumerated() {
                let temporary = TemporaryRendition.name(of: attempt.worker, attempt.id, index)
                try add(rendition.path, temporary, source: source, in: roots)
            }
        } catch {
            discard()
            throw error
        }
    }

    private mutating func add(
        _ path: String, _ temporary: FilePath.Component, source: OpenFile, in roots: Roots
    ) throws(JobError) {
        guard let (root, relative) = roots.resolve(path) else {
            throw JobError(
                .outputNotAllowed,
                "rendition \(path.shown) lies outside the allowed roots (\(roots.description)); use a "
                    + "relative path, or have the operator add its folder to output-roots")
        }
        guard let name = relative.lastComponent, name.kind == .regular else {
            throw JobError(.outputNotAllowed, "rendition \(path.shown) is not a path of a file")
        }
        let folder: Folder
        let there: FileStatus?
        let isInput: Bool
        let isTwin: Bool
        do throws(SystemFailure) {
            let place = root.path.pushing(relative.removingLastComponent())
            if let known = folders[place] {
                folder = known
            } else {
                folder = try root.folder(making: relative.removingLastComponent())
            }
            folders[place] = folder
            there = try folder.status(of: name)
            isInput = try there?.isSameFile(as: source.status()) ?? false
            isTwin = try isTarget(name, in: folder)
        } catch {
            throw Self.failure(error, path)
        }
        guard there?.kind != .folder else {
            throw Self.isInTheWay("is the name of a folder", path)
        }
        guard !isTwin else {
            throw JobError(.jobInvalid, "two renditions lead to the file \(path.shown); name two files")
        }
        guard !isInput else {
            throw JobError(
                .outputIsInput,
                "rendition \(path.shown) is the job's own input; give the rendition another name")
        }
        do throws(SystemFailure) {
            // No one else makes this name, so what has it is what an earlier attempt could not remove.
            try folder.remove(temporary)
            let file = try folder.create(temporary)
            targets.append(Target(path: path, folder: folder, name: name, temporary: temporary, file: file))
        } catch {
            throw Self.failure(error, path)
        }
    }

    /// Whether an earlier rendition has the same file, by whatever path.
    private func isTarget(_ name: FilePath.Component, in folder: Folder) throws(SystemFailure) -> Bool {
        let status = try folder.status()
        for target in targets where target.name == name {
            if try target.folder.status().isSameFile(as: status) { return true }
        }
        return false
    }

    /// Puts every file at its final path, whole. With full durability the contents are on the disk before the first is,
    /// and all names are before this returns.
    func publish(_ durability: Durability) throws(JobError) {
        if durability == .full {
            // The disk is at work on all of them while the first is waited for, so that the others have little to wait for.
            for target in targets { target.file.beginWriting() }
        }
        for target in targets where durability == .full {
            try attempt(target) { () throws(SystemFailure) in try target.file.synchronize() }
        }
        for target in targets {
            try attempt(target) { () throws(SystemFailure) in
                try target.folder.move(target.temporary, to: target.folder, replacing: target.name)
            }
        }
        guard durability == .full else { return }
        var flushed: [FileStatus] = []
        for (path, folder) in folders {
            do throws(SystemFailure) {
                let status = try folder.status()
                if flushed.contains(where: status.isSameFile) { continue }
                try folder.synchronize()
                flushed.append(status)
            } catch {
                throw Self.failure(error, path.string)
            }
        }
    }

    /// Removes the temporary files.
    func discard() {
        // What cannot be removed is hidden and named for its job.
        for target in targets { try? target.folder.remove(target.temporary) }
    }

    /// Removes what a worker that died left behind of a job, or with `id` nil all that it left where this job writes.
    /// - Throws: what will pass, so that another try is worth it. What cannot be removed for other reasons stays, hidden
    ///   and named for its worker and job.
    static func discardLeftovers(
        of job: Job, id: String?, worker: String, in roots: Roots
    ) throws(SystemFailure) {
        for (index, rendition) in job.renditions.enumerated() {
            guard let (root, relative) = roots.resolve(rendition.path) else { continue }
            do throws(SystemFailure) {
                let folder = try root.folder(beneath: relative.removingLastComponent())
                if let id {
                    try folder.remove(TemporaryRendition.name(of: worker, id, index))
                } else {
                    try removeAll(of: worker, in: folder)
                }
            } catch  where error.isStarvation {
                throw error
            } catch {
                continue
            }
        }
    }

    private static func removeAll(of worker: String, in folder: Folder) throws(SystemFailure) {
        var listing = try folder.listing()
        while let name = try listing.next() {
            if name.string.hasPrefix(TemporaryRendition.prefix(of: worker)) { try folder.remove(name) }
        }
    }

    private func attempt(_ target: Target, _ body: () throws(SystemFailure) -> Void) throws(JobError) {
        do throws(SystemFailure) {
            try body()
        } catch {
            throw Self.failure(error, target.path)
        }
    }

    private static func failure(_ failure: SystemFailure, _ path: String) -> JobError {
        let name = path.shown
        if failure.isStarvation { return .starved("rendition \(name)", failure) }
        switch failure.errno {
        case .improperLink, .tooManySymbolicLinkLevels:
            return JobError(
                .outputNotAllowed, "rendition \(name) leads out of the output root, by \"..\" or a symbolic link")
        case .noSpace, .diskQuotaExceeded:
            return JobError(.storageFull, "rendition \(name): \(failure)")
        case .ioError, .fileExists, .staleNFSFileHandle:
            return JobError(.storageFailed, "rendition \(name): \(failure)")
        case .isDirectory, .notDirectory:
            return isInTheWay("cannot be written, because a folder or a file is in the way: \(failure)", path)
        default:
            return JobError(
                .outputNotWritable,
                "rendition \(name) cannot be written: \(failure); check the folder and its permissions")
        }
    }

    /// Another job may have made a folder of this name, or a file where a folder is needed. Somebody can take it away, and
    /// then the job succeeds as it is.
    private static func isInTheWay(_ problem: String, _ path: String) -> JobError {
        JobError(
            .outputNotWritable, "rendition \(path.shown) \(problem); take that away, or name another path",
            retryable: true)
    }
}
