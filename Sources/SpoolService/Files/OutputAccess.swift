import SpoolSystem

/// Who may use the renditions, whatever the umask says.
struct OutputAccess: Sendable, Equatable {
    /// As `chmod` takes it; nil to leave it to the umask.
    var mode: UInt32?
    /// nil to leave it to the folder.
    var group: UserGroup?

    func give(to file: OpenFile) throws(SystemFailure) {
        if let group { try file.setGroup(group) }
        if let mode { try file.setMode(mode) }
    }

    /// - Parameter folder: one that was made for renditions.
    func give(to folder: Folder) throws(SystemFailure) {
        if let group { try folder.setGroup(group) }
        // Who may read a file there may go through the folder.
        if let mode { try folder.setRights(mode | (mode & 0o444) >> 2 | 0o300) }
    }
}
