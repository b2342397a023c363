import Glibc
package import SystemPackage

/// What this process may do.
package struct Access: OptionSet, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let read = Access(rawValue: R_OK)
    /// Of a folder: to make, rename and remove its entries.
    package static let write = Access(rawValue: W_OK)
    /// Of a folder: to use its entries by name.
    package static let search = Access(rawValue: X_OK)
}

extension Folder {
    /// What prevents an access to one entry: `permissionDenied`, `readOnlyFileSystem`, or that there is none;
    /// nil if nothing does. Asked for the process as it is, not for the user who started it.
    package func denial(of access: Access, to name: FilePath.Component) -> Errno? {
        let result = unsafe name.withPlatformString { unsafe faccessat(descriptor, $0, access.rawValue, AT_EACCESS) }
        return result == 0 ? nil : .last
    }

    /// The same for the folder itself.
    package func denial(of access: Access) -> Errno? {
        unsafe faccessat(descriptor, ".", access.rawValue, AT_EACCESS) == 0 ? nil : .last
    }

    /// Whether only the owners of its entries, and its own, may rename or remove them, and this process is neither.
    package func keepsEntriesOfOthers() throws(SystemFailure) -> Bool {
        let status = try status()
        return status.permissions & 0o1000 != 0 && geteuid() != 0 && geteuid() != status.owner
    }
}
