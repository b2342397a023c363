import CSpoolSystem
import Glibc
package import SystemPackage

/// An open folder. Names are looked up in the folder itself, wherever its path may lead by now.
package final class Folder: Sendable {
    package let path: FilePath
    package let descriptor: Int32

    /// Opens the folder at `path`, following symbolic links.
    package init(at path: FilePath) throws(SystemFailure) {
        self.path = path
        descriptor = unsafe path.withPlatformString { unsafe spool_openat(AT_FDCWD, $0, O_RDONLY | O_DIRECTORY, 0) }
        guard descriptor >= 0 else { throw SystemFailure("open the folder", path, .last) }
    }

    private init(owning descriptor: Int32, path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    // MARK: Opening

    /// A folder right inside this one; a symbolic link in its place is refused.
    package func folder(_ name: FilePath.Component) throws(SystemFailure) -> Folder {
        let file = try open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, "open the folder")
        return Folder(owning: file, path: path.appending(name))
    }

    /// Opens a file right inside this folder for reading. It never blocks on a pipe, and a symbolic link is refused.
    package func file(_ name: FilePath.Component) throws(SystemFailure) -> OpenFile {
        let file = try open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, "open")
        return OpenFile(owning: file, path: path.appending(name))
    }

    /// The same, but a symbolic link is followed: for files that an operator names.
    package func file(following name: FilePath.Component) throws(SystemFailure) -> OpenFile {
        let file = try open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY, "open")
        return OpenFile(owning: file, path: path.appending(name))
    }

    /// Makes a new file right inside this folder, open for reading and writing.
    package func create(
        _ name: FilePath.Component, permissions: UInt32 = 0o666
    ) throws(SystemFailure) -> OpenFile {
        let file = try open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, "create", permissions)
        return OpenFile(owning: file, path: path.appending(name))
    }

    private func open(
        _ name: FilePath.Component, _ flags: Int32, _ operation: String, _ mode: mode_t = 0
    ) throws(SystemFailure) -> Int32 {
        let file = unsafe name.withPlatformString { unsafe spool_openat(descriptor, $0, flags, mode) }
        guard file >= 0 else { throw SystemFailure(operation, path.appending(name), .last) }
        return file
    }

    /// Opens a file right inside this folder to read it and to change it in place.
    package func file(updating name: FilePath.Component) throws(SystemFailure) -> OpenFile {
        let file = try open(name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, "open")
        return OpenFile(owning: file, path: path.appending(name))
    }

    // MARK: Opening untrusted paths

    /// Opens `relative` for reading, wherever it lies beneath this folder. A path that leads out, by `..` or by a
    /// symbolic link, fails with `crossDeviceLink` (`EXDEV`). It never blocks on a pipe.
    package func file(beneath relative: FilePath) throws(SystemFailure) -> OpenFile {
        let file = try openBeneath(relative, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        return OpenFile(owning: file, path: path.pushing(relative))
    }

    /// Opens the existing folder `relative` beneath this one, confined like ``file(beneath:)``.
    package func folder(beneath relative: FilePath) throws(SystemFailure) -> Folder {
        if relative.isEmpty { return self }
        let folder = try openBeneath(relative, O_RDONLY | O_DIRECTORY)
        return Folder(owning: folder, path: path.pushing(relative))
    }

    private func openBeneath(_ relative: FilePath, _ flags: Int32) throws(SystemFailure) -> Int32 {
        let file = unsafe relative.withPlatformString { unsafe spool_open_beneath(descriptor, $0, flags, 0) }
        if file >= 0 { return file }
        // ENOSYS and EPERM: an old kernel, or a container whose filter does not know the call.
        guard [.noFunction, .notPermitted].contains(Errno.last) else {
            throw SystemFailure("open", path.pushing(relative), .last)
        }
        return try walkBeneath(relative, flags)
    }

    /// The same promise without openat2: one component at a time, and no symbolic link at all.
    package func walkBeneath(_ relative: FilePath, _ flags: Int32) throws(SystemFailure) -> Int32 {
        guard relative.isRelative, relative.components.allSatisfy({ $0.kind != .parentDirectory }) else {
            throw SystemFailure("open", path.pushing(relative), .improperLink)
        }
        let components = Array(relative.components)
        var held: OpenFile?
        for (index, component) in components.enumerated() {
            let isLast = index == components.count - 1
            let next = unsafe component.withPlatformString {
                unsafe spool_openat(
                    held?.descriptor ?? descriptor, $0, O_NOFOLLOW | (isLast ? flags : O_RDONLY | O_DIRECTORY), 0)
            }
            guard next >= 0 else {
                // O_NOFOLLOW answers ELOOP, or ENOTDIR where a folder was asked for.
                let errno = Errno.last == .tooManySymbolicLinkLevels ? .improperLink : Errno.last
                throw SystemFailure("open", path.pushing(relative), errno)
            }
            if isLast { return next }
            held = OpenFile(owning: next, path: path)
        }
        throw SystemFailure("open", path.pushing(relative), .noSuchFileOrDirectory)
    }

    // MARK: Removing and making

    /// Makes a folder right inside this one.
    /// - Returns: false if there is an entry of the name already.
    @discardableResult
    package func makeFolder(
        _ name: FilePath.Component, permissions: UInt32 = 0o777
    ) throws(SystemFailure) -> Bool {
        let result = unsafe name.withPlatformString { unsafe mkdirat(descriptor, $0, permissions) }
        guard result == 0 || Errno.last == .fileExists else {
            throw SystemFailure("make the folder", path.appending(name), .last)
        }
        return result == 0
    }

    /// Removes a file; one that is gone already is no failure.
    package func remove(_ name: FilePath.Component) throws(SystemFailure) {
        try remove(name, 0, "remove")
    }

    /// Removes a file, or an empty folder, if it is still the one that was seen, unchanged and in its place.
    /// - Returns: false if it is not.
    package func remove(_ name: FilePath.Component, ifStill seen: FileStatus) throws(SystemFailure) -> Bool {
        guard let now = try status(of: name), now.isSameFile(as: seen), now.changed == seen.changed else {
            return false
        }
        if now.kind == .folder { try removeFolder(name) } else { try remove(name) }
        return true
    }

    /// Removes an empty folder; one that is gone already is no failure.
    package func removeFolder(_ name: FilePath.Component) throws(SystemFailure) {
        try remove(name, AT_REMOVEDIR, "remove the folder")
    }

    private func remove(_ name: FilePath.Component, _ flags: Int32, _ operation: String) throws(SystemFailure) {
        let result = unsafe name.withPlatformString { unsafe unlinkat(descriptor, $0, flags) }
        guard result == 0 || Errno.last == .noSuchFileOrDirectory else {
            throw SystemFailure(operation, path.appending(name), .last)
        }
    }

    // MARK: Looking

    /// The entry's status, or nil if there is none of this name.
    package func status(of name: FilePath.Component) throws(SystemFailure) -> FileStatus? {
        var status = stat()
        let result = unsafe name.withPlatformString {
            unsafe fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW)
        }
        if result == 0 { return FileStatus(status) }
        if Errno.last == .noSuchFileOrDirectory { return nil }
        throw SystemFailure("inspect", path.appending(name), .last)
    }

    /// Whether there is an entry of this name, asked of the file system anew: on a network a look may be answered from a
    /// cache, opening is not.
    package func confirms(_ name: FilePath.Component) throws(SystemFailure) -> Bool {
        do throws(SystemFailure) {
            _ = try file(name)
            return true
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory, .staleNFSFileHandle: return false
            // A link, or what may not be read: it is there.
            case .tooManySymbolicLinkLevels, .permissionDenied, .noSuchAddressOrDevice: return true
            default: throw error
            }
        }
    }

    /// The status of the folder itself.
    package func status() throws(SystemFailure) -> FileStatus {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw SystemFailure("inspect", path, .last) }
        return FileStatus(status)
    }

    /// A fresh listing from the first entry on.
    package func listing() throws(SystemFailure) -> FolderListing { try FolderListing(of: self) }

    /// The kind of file system the folder lies on (`f_type` of statfs), or nil where it cannot be asked.
    package var fileSystemType: Int64? {
        let type = spool_file_system_type(descriptor)
        return type < 0 ? nil : type
    }

    /// Flushes the folder's entries to the disk.
    package func synchronize() throws(SystemFailure) {
        guard fsync(descriptor) == 0 else { throw SystemFailure("flush the folder", path, .last) }
    }
}
