import CVips
import Glibc
import SpoolJob
import SpoolWire

/// The open file of one rendition.
@safe
final class OutputFile {
    private let descriptor: Int32
    /// libvips keeps this address while a target exists, so it is not a property of the object itself.
    private let state: UnsafeMutablePointer<SpoolVipsOutput>

    /// Empties the file and goes to its start. The descriptor stays the caller's.
    init(_ descriptor: Int32) throws(JobError) {
        self.descriptor = descriptor
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: SpoolVipsOutput(descriptor: descriptor, error: 0))
        if !restart(), let failure { throw failure }
    }

    /// Empties the file, to write it once more. Returns false, and records the kernel's answer, if that is not possible.
    @discardableResult
    func restart() -> Bool { record(ftruncate(descriptor, 0) == 0 && lseek(descriptor, 0, SEEK_SET) == 0) }

    /// How many bytes were written.
    var length: Int { max(0, lseek(descriptor, 0, SEEK_END)) }

    deinit { unsafe state.deallocate() }

    /// Runs `save` with a target that writes to the file and does not live longer.
    func withTarget<Failure>(
        _ save: (UnsafeMutablePointer<VipsTarget>) throws(Failure) -> Void
    ) throws(Failure) {
        // Allocating a target cannot fail: out of memory ends the process.
        let target = unsafe spool_vips_target(state)!
        defer { unsafe spool_vips_unref(target) }
        try unsafe save(target)
    }

    /// What the kernel answered to a write, or nil if it took everything.
    var failure: JobError? {
        let error = unsafe state.pointee.error
        return error == 0 ? nil : Self.failure(error)
    }

    /// Writes on, at the end of what was written.
    func append(_ bytes: UnsafeRawBufferPointer) {
        var written = 0
        while written < bytes.count {
            let count = unsafe Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                unsafe state.pointee.error = count < 0 ? errno : EIO
                return
            }
            written += count
        }
    }

    /// `count` bytes of what was written, or nil beyond the end.
    func bytes(_ count: Int, at position: Int) -> [UInt8]? {
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            length = max(0, unsafe pread(descriptor, buffer.baseAddress, count, off_t(position)))
        }
        return bytes.count == count ? bytes : nil
    }

    /// Replaces what was written. Returns false, and records the kernel's answer, if that is not possible.
    func write(_ bytes: [UInt8], at position: Int) -> Bool {
        record(unsafe pwrite(descriptor, bytes, bytes.count, off_t(position)) == bytes.count)
    }

    func truncate(to length: Int) {
        _ = record(ftruncate(descriptor, off_t(length)) == 0)
    }

    private func record(_ success: Bool) -> Bool {
        if !success { unsafe state.pointee.error = errno }
        return success
    }

    func digest() throws(JobError) -> FileDigest {
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
