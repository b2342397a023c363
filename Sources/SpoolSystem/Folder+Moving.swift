import CSpoolSystem
import Glibc
package import SystemPackage

/// Renames from one folder to another, by what happens if the new name is taken.
extension Folder {
    /// An entry of the new name is replaced.
    package func move(
        _ name: FilePath.Component, to folder: Folder, replacing newName: FilePath.Component
    ) throws(SystemFailure) {
        if let errno = unsafe call(renameat, name, folder, newName) { throw Self.failure(name, folder, newName, errno) }
    }

    /// An entry of the new name stays and the call fails with `fileExists`, in one step: for names that others may take
    /// at the same moment.
    /// - Throws: `notSupported` where the file system cannot do that (GlusterFS, MooseFS, old kernels).
    package func move(
        _ name: FilePath.Component, to folder: Folder, exclusivelyAs newName: FilePath.Component
    ) throws(SystemFailure) {
        guard let errno = unsafe call(spool_rename_noreplace, name, folder, newName) else { return }
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

    /// Moves a file to a name that is free, or fails with `fileExists`. Where the file system cannot do that in one step,
    /// the file has both names in between, and keeps both if the process is killed there: for files that are new, never
    /// for a job that moves.
    package func place(
        _ name: FilePath.Component, in folder: Folder, as newName: FilePath.Component
    ) throws(SystemFailure) {
        do throws(SystemFailure) {
            try move(name, to: folder, exclusivelyAs: newName)
        } catch  where error.errno == .notSupported {
            try link(name, to: folder, as: newName)
            try remove(name)
        }
    }

    /// Gives a file a second name, which is free or the call fails with `fileExists`.
    package func link(
        _ name: FilePath.Component, to folder: Folder, as newName: FilePath.Component
    ) throws(SystemFailure) {
        let link = { @Sendable in unsafe linkat($0, $1, $2, $3, 0) }
        if let errno = unsafe call(link, name, folder, newName) { throw Self.failure(name, folder, newName, errno) }
    }

    private typealias Call = (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>) -> Int32

    /// - Returns: nil if the call succeeded.
    private func call(
        _ function: Call, _ name: FilePath.Component, _ folder: Folder, _ newName: FilePath.Component
    ) -> Errno? {
        let result = unsafe name.withPlatformString { old in
            unsafe newName.withPlatformString { new in unsafe function(descriptor, old, folder.descriptor, new) }
        }
        return result == 0 ? nil : .last
    }

    private static func failure(
        _ name: FilePath.Component, _ folder: Folder, _ newName: FilePath.Component, _ errno: Errno
    ) -> SystemFailure {
        SystemFailure("rename \(name.printable) to", folder.path.appending(newName), errno)
    }
}
