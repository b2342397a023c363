import CSpoolSystem
import Glibc
package import SystemPackage

/// Who may use a folder beside its owner.
extension Folder {
    /// Gives the folder to a group. Root may, and the owner who is a member of it.
    package func setGroup(_ group: UserGroup) throws(SystemFailure) {
        guard fchown(descriptor, .max, group.id) == 0 else {
            throw SystemFailure("give to the group \(group.name)", path, .last)
        }
    }

    /// - Parameter mode: the bits of `chmod`, whatever the umask.
    package func setMode(_ mode: UInt32) throws(SystemFailure) {
        guard fchmod(descriptor, mode) == 0 else { throw SystemFailure("set the mode of", path, .last) }
        // The kernel leaves setgid out, without a word, for who is not a member of the group.
        guard try status().permissions == mode else { throw SystemFailure("set the mode of", path, .notPermitted) }
    }

    /// - Parameter rights: the nine bits of owner, group and others, whatever the umask. Those above stay: a folder below one
    ///   with setgid has it, too.
    package func setRights(_ rights: UInt32) throws(SystemFailure) {
        let above = try status().permissions & ~0o777
        guard fchmod(descriptor, above | rights) == 0 else { throw SystemFailure("set the mode of", path, .last) }
    }

    /// Lets the group read and write the files that are made in the folder from now on, whatever the umask of their makers.
    /// A default ACL that is there already stays.
    /// - Returns: whether that is new; nil where the file system has no ACLs.
    package func shareNewFiles() throws(SystemFailure) -> Bool? {
        let result = spool_share_new_files(descriptor)
        if result >= 0 { return result == 1 }
        guard [.notSupported, .noFunction].contains(Errno.last) else {
            throw SystemFailure("set the default ACL of", path, .last)
        }
        return nil
    }

    /// Whether only another user than this process's, or root, may change the folder's group and mode.
    package func isOfAnotherUser() throws(SystemFailure) -> Bool {
        let owner = try status().owner
        return geteuid() != 0 && geteuid() != owner
    }

    /// Makes a folder right inside this one, with its owner, group and mode. For its owner and root. A service that may set no
    /// setgid (`RestrictSUIDSGID=`) can make one only if the mode comes by itself.
    /// - Throws: what failed; then there is no folder.
    package func makeFolderAlike(_ name: FilePath.Component) throws(SystemFailure) -> Folder {
        let status = try status()
        try makeFolder(name)
        let folder = try folder(name)
        do throws(SystemFailure) {
            // Root alone can, and has to.
            if geteuid() == 0, fchown(folder.descriptor, status.owner, status.group) != 0 {
                throw SystemFailure("give to the owner of \(path.printable)", folder.path, .last)
            }
            if try folder.status().permissions != status.permissions { try folder.setMode(status.permissions) }
            return folder
        } catch {
            // The first failure is what counts. One with other rights would pass for the right one.
            try? removeFolder(name)
            throw error
        }
    }
}
