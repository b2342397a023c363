import CSpoolSystem
import Glibc
package import SystemPackage

/// A cursor over a folder's entries, in the file system's order. It holds one kernel buffer, however many entries
/// there are; entries that come or go meanwhile may or may not be seen.
@safe package struct FolderListing: ~Copyable {
    private let stream: OpaquePointer
    private let path: FilePath

    init(of folder: Folder) throws(SystemFailure) {
        path = folder.path
        // A descriptor of its own: the position in the listing belongs to the open file description.
        let copy = unsafe spool_openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY, 0)
        guard copy >= 0, let stream = unsafe fdopendir(copy) else {
            let errno = Errno.last
            if copy >= 0 { close(copy) }
            throw SystemFailure("list", path, errno)
        }
        unsafe self.stream = stream
    }

    deinit { unsafe closedir(stream) }

    /// The next entry but `.` and `..`, or nil at the end.
    package mutating func next() throws(SystemFailure) -> FilePath.Component? {
        while true {
            Glibc.errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard Glibc.errno == 0 else { throw SystemFailure("list", path, .last) }
                return nil
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
                    unsafe FilePath.Component(platformString: $0)
                }
            }
            if let name, name.kind == .regular { return name }
        }
    }
}
