import CSpoolSystem
import Glibc

/// Descriptors 0, 1 and 2.
package enum StandardDescriptors {
    /// Opens those that are closed. Otherwise the next file that is opened becomes one of them, and log lines end up in
    /// somebody's image.
    package static func ensureOpen() {
        while true {
            let descriptor = unsafe spool_openat(AT_FDCWD, "/dev/null", O_RDWR, 0)
            if descriptor < 0 { return }
            if descriptor > STDERR_FILENO {
                close(descriptor)
                return
            }
        }
    }
}
