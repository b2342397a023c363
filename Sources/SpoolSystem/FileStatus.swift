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
    /// How many names the file has.
    package var links: UInt64
    package var device: UInt64
    package var inode: UInt64
    /// Nanoseconds since 1970.
    package var modified: Int64
    /// Nanoseconds since 1970; a rename counts as a change.
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
        links = UInt64(status.st_nlink)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        modified = status.st_mtim.nanoseconds
        changed = status.st_ctim.nanoseconds
    }

    /// Whether nobody has written to the file since, as far as its size and time tell.
    package func isUnchanged(in later: FileStatus) -> Bool { size == later.size && modified == later.modified }

    /// Whether both describe one file.
    package func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}

extension timespec {
    var nanoseconds: Int64 { Int64(tv_sec) * 1_000_000_000 + Int64(tv_nsec) }
}
