import SpoolSystem
import SystemPackage

/// The rights of a group in a spool: its members drop jobs and sources, and read the rest. Others have none.
package struct SpoolSharing: Sendable {
    let group: UserGroup
    /// What was changed of folders that were there before, a line for each.
    package private(set) var changes: [String] = []
    /// Whether the umask of producers does not matter: false where the file system has no ACLs.
    package private(set) var hasDefaultACLs = true

    /// One folder of the spool.
    struct Member {
        var folder: Folder
        /// nil for the spool itself and for folders inside those of the spool.
        var kind: SpoolFolder?
        /// Whether it was made right now, so that nobody has to hear of a change.
        var isNew: Bool

        /// setgid: what is made in it belongs to the group. Sticky: no producer removes the files of another.
        var mode: UInt32 { [.incoming, .tmp, .input].contains(kind) ? 0o3770 : 0o2750 }

        /// In tmp the worker stages its results, which only it may write.
        var wantsDefaultACL: Bool { kind == .incoming || kind == .input }
    }

    init(with group: UserGroup) { self.group = group }

    mutating func share(_ members: [Member]) throws(SpoolError) {
        do throws(SystemFailure) {
            // Before anything is changed.
            if let foreign = try firstForeign(of: members) {
                throw SystemFailure("change the rights of another user's folder", foreign.path, .notPermitted)
            }
            for member in members { try share(member) }
        } catch {
            throw SpoolError(error)
        }
    }

    private func firstForeign(of members: [Member]) throws(SystemFailure) -> Folder? {
        for member in members where try member.folder.isOfAnotherUser() {
            let status = try member.folder.status()
            if status.group != group.id || status.permissions != member.mode { return member.folder }
        }
        return nil
    }

    private mutating func share(_ member: Member) throws(SystemFailure) {
        let folder = member.folder
        let before = try folder.status()
        var changes: [String] = []
        if before.group != group.id {
            try folder.setGroup(group)
            changes.append("its group is \(group.name), was \(UserGroup(id: before.group).name)")
        }
        // A new group takes setgid away.
        if try folder.status().permissions != member.mode {
            try folder.setMode(member.mode)
            if before.permissions != member.mode {
                changes.append("its mode is \(Self.octal(member.mode)), was \(Self.octal(before.permissions))")
            }
        }
        if member.wantsDefaultACL {
            switch try folder.shareNewFiles() {
            case true?: changes.append("it has a default ACL for the group")
            case false?: break
            case nil: hasDefaultACLs = false
            }
        }
        if !changes.isEmpty, !member.isNew {
            self.changes.append("\(folder.path.printable): \(changes.joined(separator: "; "))")
        }
    }

    private static func octal(_ mode: UInt32) -> String { String(mode, radix: 8) }
}
