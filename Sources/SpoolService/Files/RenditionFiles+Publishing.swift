import SpoolCore
import SpoolSystem
import SpoolWire
import SystemPackage

/// How renditions come to their final paths.
extension RenditionFiles {
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
        for (target, image) in zip(targets, images) where !target.overwrites {
            try steps.check()
            // Before any is put in place.
            if let there = try existing(target) { try check(there, target, image) }
        }
        for ((target, image), status) in zip(zip(targets, images), written) {
            try steps.check()
            try attempt(target) { () throws(SystemFailure) in
                // The name is visible, so whoever may write in the folder can have put another file there.
                guard let entry = try target.folder.status(of: target.temporary), entry.isSameFile(as: status),
                    try target.file.status().isUntouched(since: status)
                else { throw SystemFailure("find unchanged", target.file.path, .staleNFSFileHandle) }
                if target.overwrites {
                    try target.folder.move(target.temporary, to: target.folder, replacing: target.name)
                }
            }
            if !target.overwrites { try place(target, image) }
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

    // MARK: Without replacing

    /// Puts a file where none is, in one step, whoever else does so at that moment.
    private func place(_ target: Target, _ image: RenderedImage) throws(JobError) {
        do throws(SystemFailure) {
            try target.folder.place(target.temporary, in: target.folder, as: target.name)
        } catch  where error.errno == .fileExists {
            guard let there = try existing(target) else { throw Self.failure(error, target.path) }
            try check(there, target, image)
            // What remains has the same content.
            try attempt(target) { () throws(SystemFailure) in try target.folder.remove(target.temporary) }
        } catch {
            throw Self.failure(error, target.path)
        }
    }

    private func existing(_ target: Target) throws(JobError) -> FileStatus? {
        do throws(SystemFailure) {
            return try target.folder.status(of: target.name)
        } catch {
            throw Self.failure(error, target.path)
        }
    }

    /// Takes what is there for the rendition if it has the same content, as after an attempt that was cut off before its job
    /// was done.
    private func check(_ there: FileStatus, _ target: Target, _ image: RenderedImage) throws(JobError) {
        if there.kind == .regular, there.size == Int64(image.bytes) {
            do throws(SystemFailure) {
                if try target.folder.file(target.name).digest().sha256 == image.sha256 { return }
            } catch  where error.errno != .noSuchFileOrDirectory && !error.isOfRights {
                throw Self.failure(error, target.path)
            } catch {
                // It cannot be told from another's file.
            }
        }
        throw JobError(
            .outputExists,
            "rendition \(target.path.shown) is there already, and its \"overwrite\" is false; take the file away, or name "
                + "another path")
    }

    private func attempt(_ target: Target, _ body: () throws(SystemFailure) -> Void) throws(JobError) {
        do throws(SystemFailure) {
            try body()
        } catch {
            throw Self.failure(error, target.path)
        }
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
