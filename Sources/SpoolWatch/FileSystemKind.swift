/// What a file system's type says about events: inotify sees only what this kernel does.
enum FileSystemKind {
    /// The name of a file system on which other hosts, or the host of a virtual machine, can write unseen; nil for the
    /// others. The numbers are those of statfs(2) and of the kernel's `magic.h`.
    static func nameIfShared(_ type: Int64) -> String? {
        switch type & 0xFFFF_FFFF {
        case 0x6969: "NFS"
        case 0xFF53_4D42, 0xFE53_4D42, 0x517B: "SMB"
        case 0x0102_1997: "9p"
        case 0x6573_5546: "FUSE"
        case 0x00C3_6400: "Ceph"
        case 0x5346_414F, 0x6B41_4653: "AFS"
        case 0x0BD0_0BD0: "Lustre"
        case 0x4750_4653: "GPFS"
        case 0x0116_1970: "GFS2"
        case 0x7461_636F: "OCFS2"
        default: nil
        }
    }
}
