import SpoolCore
import SpoolSystem
import SpoolWire
import SystemPackage

/// The files of a job's renditions, under temporary names in their own folders until they are published.
struct RenditionFiles: Sendable {
    private struct Target: Sendable {
        /// As the job names it.
        var path: String
        var format: ImageFormat
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

    /// Of files, whatever the umask; nil to leave it to that.
    private let mode: UInt32?
    private var targets: [Target] = []
    private var made: [MadeFolder] = []
    /// By their paths, so that a hundred renditions in one folder take one descriptor for it.
    private var folders: [FilePath: Folder] = [:]

    /// The open files, in the order of the renditions.
    var files: [OpenFile] { targets.map(\.file) }

    /// Makes an empty file for each rendition, and the folders that are missing.
    init(
        for job: Job, _ attempt: WorkAttempt, sources: [OpenFile], in roots: Roots, mode: UInt32? = nil,
        steps: StepGuard
    ) throws(JobError) {
        self.mode = mode
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
            if let mode { try file.setMode(mode) }
            targets.append(
                Target(
                    path: path, format: rendition.format, folder: folder, name: name, temporary: temporary, file: file))
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
                // Who may read a file there may go through the folder.
                if let mode { try folder.setRights(mode | (mode & 0o444) >> 2 | 0o300) }
                made.append(MadeFolder(parent: parent, name: name, status: try folder.status()))
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

    /// Puts every file at its final path, whole. With full durability the contents are on the disk before the first is,
    /// and all names are before this returns.
    /// - Parameter images: what the renderer says it has written. Only that is published.
    func publish(_ images: [RenderedImage], _ durability: Durability, steps: StepGuard) throws(JobError) {
        if durability == .full {
            // The disk is at work on all of them while the first is waited for, so that the others have little to wait for.
            for target in targets { target.file.beginWriting() }
        }
        for target in targets where durability == .full {
            try steps.check()
            try attempt(target) { () throws(SystemFailure) in try target.file.synchronize() }
        }
        var written: [FileStatus] = []
        for (target, image) in zip(targets, images) {
            try steps.check()
            written.append(try verify(target, image))
        }
        for (target, status) in zip(targets, written) {
            try steps.check()
            try attempt(target) { () throws(SystemFailure) in
                // The name is visible, so whoever may write in the folder can have put another file there.
                guard let entry = try target.folder.status(of: target.temporary), entry.isSameFile(as: status),
                    try target.file.status().isUntouched(since: status)
                else { throw SystemFailure("find unchanged", target.file.path, .staleNFSFileHandle) }
                try target.folder.move(target.temporary, to: target.folder, replacing: target.name)
            }
        }
        guard durability == .full else { return }
        var flushed: [FileStatus] = []
        for (path, folder) in folders {
            try steps.check()
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

    /// Makes sure that a file holds what its renderer has hashed, and begins as its format does.
    private func verify(_ target: Target, _ image: RenderedImage) throws(JobError) -> FileStatus {
        let status: FileStatus
        let isWhole, isOfFormat: Bool
        do throws(SystemFailure) {
            status = try target.file.status()
            let digest = try target.file.digest()
            isWhole = digest.bytes == image.bytes && digest.sha256 == image.sha256
            isOfFormat = target.format.isBegun(by: try target.file.read(upTo: ImageFormat.signatureLength))
        } catch {
            throw Self.failure(error, target.path)
        }
        if isWhole && isOfFormat { return status }
        guard !isWhole else {
            throw JobError(
                .rendererDied,
                "the renderer process gave a wrong answer: rendition \(target.path.shown) is no \(target.format.rawValue) file"
            )
        }
        throw JobError(
            .storageFailed,
            "rendition \(target.path.shown) is not what was rendered: something else has written into it")
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

extension OpenFile {
    fileprivate func digest() throws(SystemFailure) -> FileDigest {
        do throws(FileDigest.ReadFailure) {
            return try FileDigest(of: descriptor)
        } catch {
            throw SystemFailure("read", path, Errno(rawValue: error.errno))
        }
    }
}

extension FileStatus {
    /// Whether neither content nor place nor rights of the file have changed.
    fileprivate func isUntouched(since earlier: FileStatus) -> Bool {
        isUnchanged(in: earlier) && changed == earlier.changed
    }
}
