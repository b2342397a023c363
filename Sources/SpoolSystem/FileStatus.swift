import Glibc

/// What the file system says about one entry, without following a symbolic link.
package struct FileStatus: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case regular = "regular file"
        case folder = "folder"
        case symbolicLink = "symbolic link"
        case pipe = "named pipe"
        case other = "device or socket"
    }

    package var kind: Kind
    /// Bytes.
    package var size: Int64
    /// The bits of `chmod`, with the sticky bit and its like.
    package var permissions: UInt32
    /// The user's id.
    package var owner: UInt32
    /// The group's id.
    package var group: UInt32
    /// How many names the file has.
    package var links: UInt64
    package var device: UInt64
    package var inode: UInt64
    /// Nanoseconds since 1970. A time more than 146 years from then, which anybody can give a file, is cut to that, so that
    /// the difference of two times is a number, too.
    package var modified: Int64
    /// The same for the last change of content, place or rights.
    package var changed: Int64

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFLNK: .symbolicLink
            case S_IFIFO: .pipe
            default: .other
            }
        size = Int64(status.st_size)
        permissions = status.st_mode & 0o7777
        owner = status.st_uid
        group = status.st_gid
        links = UInt64(status.st_nlink)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        modified = status.st_mtim.nanoseconds
        changed = status.st_ctim.nanoseconds
    }

    /// Whether nobody has written to the file since, as far as its size and times tell. Anybody can put the time of the
    /// last write back, but not that of the last change; so a file that only got other rights or another name counts as
    /// changed, too.
    package func isUnchanged(in later: FileStatus) -> Bool {
        size == later.size && modified == later.modified && changed == later.changed
    }

    /// Whether the file is this process's user's.
    package var isOwn: Bool { owner == geteuid() }

    /// Whether both describe one file.
    package func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}

extension timespec {
    fileprivate var nanoseconds: Int64 {
        let limit: Int64 = 1 << 62
        let (whole, isTooFar) = Int64(tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        guard !isTooFar, whole.magnitude < limit.magnitude else { return tv_sec < 0 ? -limit : limit }
        return whole + Int64(tv_nsec)
    }
}
