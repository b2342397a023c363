import Glibc
package import SpoolJob
package import SpoolWire

/// The open file of one rendition.
package final class OutputFile {
    /// Not owned.
    package let descriptor: Int32
    /// What the kernel answered to the first write that it did not take; 0 if it took all.
    private var firstError: Int32 = 0

    /// Empties the file and goes to its start. The descriptor stays the caller's.
    package init(_ descriptor: Int32) throws(JobError) {
        self.descriptor = descriptor
        if !restart(), let failure { throw failure }
    }

    /// Empties the file, to write it once more. Returns false, and records the kernel's answer, if that is not possible.
    @discardableResult
    package func restart() -> Bool { record(ftruncate(descriptor, 0) == 0 && lseek(descriptor, 0, SEEK_SET) == 0) }

    /// How many bytes were written.
    package var length: Int { max(0, lseek(descriptor, 0, SEEK_END)) }

    /// What the kernel answered to a write, or nil if it took everything.
    package var failure: JobError? {
        firstError == 0 ? nil : Self.failure(firstError)
    }

    /// - Parameter error: what the kernel answered to somebody else who has written to the file; 0 if all is well.
    package func note(error: Int32) { if firstError == 0 { firstError = error } }

    /// Writes on, at the end of what was written.
    package func append(_ bytes: UnsafeRawBufferPointer) {
        var written = 0
        while written < bytes.count {
            let count = unsafe Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                note(error: count < 0 ? errno : EIO)
                return
            }
            written += count
        }
    }

    /// `count` bytes of what was written, or nil beyond the end.
    package func bytes(_ count: Int, at position: Int) -> [UInt8]? {
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            length = max(0, unsafe pread(descriptor, buffer.baseAddress, count, off_t(position)))
        }
        return bytes.count == count ? bytes : nil
    }

    /// Replaces what was written. Returns false, and records the kernel's answer, if that is not possible.
    package func write(_ bytes: [UInt8], at position: Int) -> Bool {
        record(unsafe pwrite(descriptor, bytes, bytes.count, off_t(position)) == bytes.count)
    }

    package func truncate(to length: Int) {
        _ = record(ftruncate(descriptor, off_t(length)) == 0)
    }

    private func record(_ success: Bool) -> Bool {
        if !success { note(error: errno) }
        return success
    }

    package func digest() throws(JobError) -> FileDigest {
        do {
            return try FileDigest(of: descriptor)
        } catch {
            throw Self.failure(error.errno)
        }
    }

    private static func failure(_ errno: Int32) -> JobError {
        let isFull = errno == ENOSPC || errno == EDQUOT
        return JobError(
            isFull ? .storageFull : .storageFailed,
            "the rendition cannot be written: \(unsafe String(cString: strerror(errno)))")
    }
}
