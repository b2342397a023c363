import CSpoolSystem
import Glibc
package import SystemPackage

/// Renames from one folder to another, by what happens if the new name is taken.
extension Folder {
    /// An entry of the new name is replaced.
    package func move(
        _ name: FilePath.Component, to folder: Folder, replacing newName: FilePath.Component
    ) throws(SystemFailure) {
        let result = unsafe name.withPlatformString { old in
            unsafe newName.withPlatformString { new in unsafe renameat(descriptor, old, folder.descriptor, new) }
        }
        guard result == 0 else { throw Self.failure(name, folder, newName, .last) }
    }

    /// An entry of the new name stays and the call fails with `fileExists`, in one step: for names that others may take
    /// at the same moment.
    /// - Throws: `notSupported` where the file system cannot do that (GlusterFS, MooseFS, old kernels).
    package func move(
        _ name: FilePath.Component, to folder: Folder, exclusivelyAs newName: FilePath.Component
    ) throws(SystemFailure) {
        let result = unsafe name.withPlatformString { old in
            unsafe newName.withPlatformString { new in
                unsafe spool_rename_noreplace(descriptor, old, folder.descriptor, new)
            }
        }
        if result == 0 { return }
        let errno = Errno.last
        let isUnsupported = errno == .invalidArgument || errno == .noFunction
        throw Self.failure(name, folder, newName, isUnsupported ? .notSupported : errno)
    }

    /// An entry of the new name stays and the call fails with `fileExists`. Where the file system cannot do that in one
    /// step, a look comes before the rename, so this is for names that nobody else makes.
    package func move(
        _ name: FilePath.Component, to folder: Folder, as newName: FilePath.Component
    ) throws(SystemFailure) {
        do throws(SystemFailure) {
            try move(name, to: folder, exclusivelyAs: newName)
        } catch  where error.errno == .notSupported {
            guard try folder.status(of: newName) == nil else {
                throw Self.failure(name, folder, newName, .fileExists)
            }
            try move(name, to: folder, replacing: newName)
        }
    }

    /// Gives a file another name in another folder, which is free or the call fails with `fileExists`. Where the file
    /// system cannot do that in one step, the file has both names for a moment: for documents, never for jobs.
    package func place(
        _ name: FilePath.Component, in folder: Folder, as newName: FilePath.Component
    ) throws(SystemFailure) {
        do throws(SystemFailure) {
            try move(name, to: folder, exclusivelyAs: newName)
        } catch  where error.errno == .notSupported {
            let result = unsafe name.withPlatformString { old in
                unsafe newName.withPlatformString { new in unsafe linkat(descriptor, old, folder.descriptor, new, 0) }
            }
            guard result == 0 else { throw Self.failure(name, folder, newName, .last) }
            try remove(name)
        }
    }

    private static func failure(
        _ name: FilePath.Component, _ folder: Folder, _ newName: FilePath.Component, _ errno: Errno
    ) -> SystemFailure {
        SystemFailure("rename \(name.printable) to", folder.path.appending(newName), errno)
    }
}
