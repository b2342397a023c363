import SpoolCore
import SpoolSystem
import SpoolWire
import SystemPackage

/// The files of a job's renditions, under temporary names in their own folders until they are published.
struct RenditionFiles: Sendable {
    struct Target: Sendable {
        /// As the job names it.
        var path: String
        var format: ImageFormat
        /// Whether a file that is there is replaced.
        var overwrites: Bool
        var folder: Folder
        var name: FilePath.Component
        var temporary: FilePath.Component
        var file: OpenFile
    }

    private struct MadeFolder: Sendable {
        var parent: Folder
        var name: FilePath.Component
        var status: FileStatus
    }

    /// The deepest that a rendition may lie beneath its root, its own name included.
    static let maximumDepth = 16
    /// The most folders that one job may make. Each takes an inode and a flush, and nobody ever removes it.
    static let maximumFolders = 64
    /// How often others may take a folder away between its making and its use.
    private static let maximumLosses = 10

    private let access: OutputAccess
    private(set) var targets: [Target] = []
    private var made: [MadeFolder] = []
    /// By their paths, so that a hundred renditions in one folder take one descriptor for it.
    private(set) var folders: [FilePath: Folder] = [:]

    /// The open files, in the order of the renditions.
    var files: [OpenFile] { targets.map(\.file) }

    /// Makes an empty file for each rendition, and the folders that are missing.
    init(
        for job: Job, _ attempt: WorkAttempt, sources: [OpenFile], in roots: Roots,
        _ access: OutputAccess = OutputAccess(),
        steps: StepGuard
    ) throws(JobError) {
        self.access = access
        do throws(JobError) {
            for (index, rendition) in job.renditions.enumerated() {
                let temporary = TemporaryRendition.name(of: attempt.worker, attempt.id, index)
                try add(rendition, temporary, sources: sources, in: roots, steps)
            }
        } catch {
            discard()
            throw error
        }
    }

    private mutating func add(
        _ rendition: Rendition, _ temporary: FilePath.Component, sources: [OpenFile], in roots: Roots,
        _ steps: StepGuard
    ) throws(JobError) {
        try steps.check()
        let path = rendition.path
        guard let (root, relative) = roots.resolve(path) else {
            throw JobError(
                .outputNotAllowed,
                "rendition \(path.shown) lies outside the allowed roots (\(roots.description)); use a "
                    + "relative path, or have the operator add its folder to output-roots")
        }
        guard let name = relative.lastComponent, name.kind == .regular else {
            throw JobError(.outputNotAllowed, "rendition \(path.shown) is not a path of a file")
        }
        let place = relative.removingLastComponent()
        var losses = 0
        while true {
            let folder = try folder(place, beneath: root, for: path, steps)
            if try create(name, temporary, in: folder, for: rendition, sources: sources) { return }
            // A job that failed has taken the folder away, which was empty then.
            folders[root.path.pushing(place)] = nil
            losses += 1
            if losses == Self.maximumLosses {
                throw JobError(
                    .storageFailed, "rendition \(path.shown): its folder disappears again and again")
            }
        }
    }

    /// Makes a rendition's temporary file.
    /// - Returns: false if the folder does not exist any more.
    private mutating func create(
        _ name: FilePath.Component, _ temporary: FilePath.Component, in folder: Folder, for rendition: Rendition,
        sources: [OpenFile]
    ) throws(JobError) -> Bool {
        let path = rendition.path
        let there: FileStatus?
        let isInput: Bool
        let isTwin: Bool
        do throws(SystemFailure) {
            there = try folder.status(of: name)
            isInput =
                try there.map { there throws(SystemFailure) in
                    for source in sources where try there.isSameFile(as: source.status()) { return true }
                    return false
                } ?? false
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
                "rendition \(path.shown) is an input of the job; give the rendition another name")
        }
        do throws(SystemFailure) {
            // No one else makes this name, so what has it is what an earlier attempt could not remove.
            try folder.remove(temporary)
            let file = try folder.create(temporary)
            // First of all, so that it is removed whatever fails now.
            targets.append(
                Target(
                    path: path, format: rendition.format, overwrites: rendition.overwrite, folder: folder, name: name,
                    temporary: temporary, file: file))
            try access.give(to: file)
            return true
        } catch  where error.errno == .noSuchFileOrDirectory {
            return false
        } catch {
            throw Self.failure(error, path)
        }
    }

    /// Opens a rendition's folder and makes what is missing on the way; what is made is on the disk when this returns.
    private mutating func folder(
        _ relative: FilePath, beneath root: Folder, for path: String, _ steps: StepGuard
    ) throws(JobError) -> Folder {
        let place = root.path.pushing(relative)
        if let known = folders[place] { return known }
        var parent = root
        do throws(SystemFailure) {
            if let there = try Self.existing(relative, beneath: root) {
                folders[place] = there
                return there
            }
        } catch {
            throw Self.failure(error, path)
        }
        var current = FilePath()
        for component in relative.components {
            try steps.check()
            current.append(component)
            do throws(SystemFailure) {
                if let there = try Self.existing(current, beneath: root) {
                    parent = there
                    continue
                }
                guard component.kind == .regular else {
                    throw SystemFailure("open", root.path.pushing(current), .noSuchFileOrDirectory)
                }
            } catch {
                throw Self.failure(error, path)
            }
            guard made.count < Self.maximumFolders else {
                throw JobError(
                    .outputNotAllowed,
                    "rendition \(path.shown): the job needs more than \(Self.maximumFolders) new folders; "
                        + "make its folders first, or split the job")
            }
            parent = try make(component, in: parent, for: path)
        }
        folders[place] = parent
        return parent
    }

    private mutating func make(
        _ name: FilePath.Component, in parent: Folder, for path: String
    ) throws(JobError) -> Folder {
        do throws(SystemFailure) {
            let isNew = try parent.makeFolder(name)
            let folder = try parent.folder(name)
            if isNew {
                made.append(MadeFolder(parent: parent, name: name, status: try folder.status()))
                try access.give(to: folder)
            }
            try parent.synchronize()
            return folder
        } catch {
            throw Self.failure(error, path)
        }
    }

    private static func existing(_ relative: FilePath, beneath root: Folder) throws(SystemFailure) -> Folder? {
        do throws(SystemFailure) {
            return try root.folder(beneath: relative)
        } catch  where error.errno == .noSuchFileOrDirectory {
            return nil
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

    /// Removes the temporary files, and the folders that were made for them unless somebody uses them by now.
    func discard() {
        for target in targets {
            // A call that was abandoned may come here late, when the next attempt has made a file of the same name.
            if isReplaced(target) { continue }
            // What cannot be removed is hidden and named for its job.
            try? target.folder.remove(target.temporary)
        }
        for folder in made.reversed() {
            // A folder that is not empty stays, and so do those around it.
            guard let now = try? folder.parent.status(of: folder.name), now.isSameFile(as: folder.status) else {
                continue
            }
            try? folder.parent.removeFolder(folder.name)
        }
    }

    /// Whether another file has the temporary name. False if the look fails: an attempt that loses its file notices when it
    /// publishes, and is repeated, while a file that stays is in nobody's way but remains for good.
    private func isReplaced(_ target: Target) -> Bool {
        guard let there = try? target.folder.status(of: target.temporary), let mine = try? target.file.status() else {
            return false
        }
        return !there.isSameFile(as: mine)
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

    static func failure(_ failure: SystemFailure, _ path: String) -> JobError {
        let name = path.shown
        if failure.isStarvation { return .starved("rendition \(name)", failure) }
        switch failure.errno {
        case .improperLink, .tooManySymbolicLinkLevels:
            return JobError(
                .outputNotAllowed, "rendition \(name) leads out of the output root, by \"..\" or a symbolic link")
        case .noSpace, .diskQuotaExceeded:
            return JobError(.storageFull, "rendition \(name): \(failure)")
        case .ioError, .fileExists, .staleNFSFileHandle, .noSuchFileOrDirectory:
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
