import Glibc

/// What is left on a file system for this process.
package struct StorageSpace: Sendable, Equatable {
    /// Bytes.
    package var free: Int64
    /// nil where files are not limited in number.
    package var freeInodes: Int64?

    package init(free: Int64, freeInodes: Int64?) {
        self.free = free
        self.freeInodes = freeInodes
    }

    /// More than 2^63 bytes count as just so many: some network file systems say that they have no end.
    init(_ status: statvfs) {
        let (bytes, isMore) = status.f_bavail.multipliedReportingOverflow(by: status.f_frsize)
        self.init(
            free: isMore ? .max : Int64(clamping: bytes),
            freeInodes: status.f_files == 0 ? nil : Int64(clamping: status.f_favail))
    }
}

extension Folder {
    /// What is left on the folder's file system.
    package func space() throws(SystemFailure) -> StorageSpace {
        var status = statvfs()
        guard unsafe fstatvfs(descriptor, &status) == 0 else { throw SystemFailure("inspect", path, .last) }
        return StorageSpace(status)
    }
}
