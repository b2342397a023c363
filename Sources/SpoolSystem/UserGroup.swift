import Glibc

/// A group of users, as this machine knows it.
package struct UserGroup: Sendable, Equatable {
    package let id: UInt32

    package init(id: UInt32) { self.id = id }

    /// - Parameter text: its name or its number.
    /// - Returns: nil if there is no group of this name.
    package init?(_ text: String) {
        if let entry = unsafe getgrnam(text) {
            id = unsafe entry.pointee.gr_gid
        } else if let number = UInt32(text), number < .max {
            id = number
        } else {
            return nil
        }
    }

    /// Its name, or its number where it has none.
    package var name: String {
        guard let entry = unsafe getgrgid(id) else { return "\(id)" }
        return unsafe String(cString: entry.pointee.gr_name)
    }

    /// Whether this process may give files to it.
    package var canBeGivenFiles: Bool {
        if geteuid() == 0 || getegid() == id { return true }
        var groups = [gid_t](repeating: 0, count: max(0, Int(getgroups(0, nil))))
        let count = unsafe getgroups(Int32(groups.count), &groups)
        return groups.prefix(max(0, Int(count))).contains(id)
    }
}
