import CVips
import Glibc
import SpoolJob

/// A file without a name, in memory.
struct MemoryFile: ~Copyable {
    let descriptor: Int32

    init() throws(JobError) {
        descriptor = spool_vips_memory_file()
        guard descriptor >= 0 else {
            throw JobError(.storageFailed, "no file in memory: \(unsafe String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }
}
