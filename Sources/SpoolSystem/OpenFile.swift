import CSpoolSystem
import Glibc
package import SystemPackage

/// An open file; closed when the last reference goes.
package final class OpenFile: Sendable {
    package let descriptor: Int32
    /// Where it was opened, for messages.
    package let path: FilePath

    /// Takes ownership of `descriptor`.
    package init(owning descriptor: Int32, path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }

    /// A file without a name, in memory.
    /// - Parameter purpose: for people who look at the open files of a process.
    package static func inMemory(_ purpose: String) throws(SystemFailure) -> OpenFile {
        let descriptor = unsafe spool_memory_file(purpose)
        guard descriptor >= 0 else { throw SystemFailure("make", "a file in memory", .last) }
        return OpenFile(owning: descriptor, path: "file in memory")
    }

    /// A program, to be started as it is now, even if another takes its name meanwhile. It cannot be read.
    package static func program(at path: FilePath) throws(SystemFailure) -> OpenFile {
        let descriptor = unsafe path.withPlatformString { unsafe spool_open_program($0) }
        guard descriptor >= 0 else { throw SystemFailure("open", path, .last) }
        return OpenFile(owning: descriptor, path: path)
    }

    deinit { close(descriptor) }

    package func status() throws(SystemFailure) -> FileStatus {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw SystemFailure("inspect", path, .last) }
        return FileStatus(status)
    }

    /// The first `limit` bytes, or all of them.
    /// - Parameter size: what the file is expected to have; more is read, too.
    package func read(upTo limit: Int, expecting size: Int = 1 << 16) throws(SystemFailure) -> [UInt8] {
        var content: [UInt8] = []
        var position: off_t = 0
        while content.count < limit {
            // A byte more than expected: the end shows by what is missing.
            let room = min(limit - content.count, content.isEmpty ? min(size, limit) + 1 : 1 << 16)
            var count = 0
            var errno = Errno(rawValue: 0)
            let part = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
                repeat {
                    count = unsafe pread(descriptor, buffer.baseAddress, room, position)
                    errno = .last
                } while count < 0 && errno == .interrupted
                initialized = max(count, 0)
            }
            guard count >= 0 else { throw SystemFailure("read", path, errno) }
            if count == 0 { break }
            if content.isEmpty { content = part } else { content += part }
            position += off_t(count)
            // Some network file systems cut reads short before the end, but not at the size that is expected.
            if count < room && content.count >= size { break }
        }
        return content
    }

    package func write(_ bytes: [UInt8]) throws(SystemFailure) {
        var offset = 0
        while offset < bytes.count {
            let (written, errno) = unsafe bytes.withUnsafeBytes { buffer in
                (unsafe Glibc.write(descriptor, buffer.baseAddress! + offset, bytes.count - offset), Errno.last)
            }
            if written < 0 && errno == .interrupted { continue }
            guard written >= 0 else { throw SystemFailure("write", path, errno) }
            offset += written
        }
    }

    /// - Parameter mode: the bits of `chmod`, whatever the umask.
    package func setMode(_ mode: UInt32) throws(SystemFailure) {
        guard fchmod(descriptor, mode) == 0 else { throw SystemFailure("set the mode of", path, .last) }
    }

    /// Gives the file to a group. Root may, and the owner who is a member of it.
    package func setGroup(_ group: UserGroup) throws(SystemFailure) {
        guard fchown(descriptor, .max, group.id) == 0 else {
            throw SystemFailure("give to the group \(group.name)", path, .last)
        }
    }

    /// Cuts the file to its first `length` bytes.
    package func cut(to length: Int) throws(SystemFailure) {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw SystemFailure("cut", path, .last) }
    }

    /// Writes `bytes` over the beginning, by one call if the file system takes them at once.
    package func overwrite(_ bytes: [UInt8]) throws(SystemFailure) {
        var offset = 0
        while offset < bytes.count {
            let (written, errno) = unsafe bytes.withUnsafeBytes { buffer in
                (
                    unsafe pwrite(
                        descriptor, buffer.baseAddress! + offset, bytes.count - offset, off_t(offset)), Errno.last
                )
            }
            if written < 0 && errno == .interrupted { continue }
            guard written >= 0 else { throw SystemFailure("write", path, errno) }
            offset += written
        }
    }

    /// Appends the whole content of another file.
    package func writeContent(of source: OpenFile) throws(SystemFailure) {
        while true {
            let part = try source.readNext(upTo: 1 << 20)
            if part.isEmpty { return }
            try write(part)
        }
    }

    /// What comes next, `limit` bytes at most; none at the end. Of a pipe it is waited for.
    package func readNext(upTo limit: Int) throws(SystemFailure) -> [UInt8] {
        while true {
            var count = 0
            var errno = Errno(rawValue: 0)
            let part = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
                count = unsafe Glibc.read(descriptor, buffer.baseAddress, limit)
                errno = .last
                initialized = max(count, 0)
            }
            if count >= 0 { return part }
            guard errno == .interrupted else { throw SystemFailure("read", path, errno) }
        }
    }

    /// Lets the disk begin to write the content, without waiting for it. Only ``synchronize()`` says whether it is there.
    package func beginWriting() { _ = spool_begin_writing(descriptor) }

    /// Flushes content and size to the disk.
    package func synchronize() throws(SystemFailure) {
        guard fsync(descriptor) == 0 else { throw SystemFailure("flush", path, .last) }
    }

    /// Whether nobody else has the file open. False also where that cannot be known: the file is another user's, or its
    /// file system knows no leases.
    package var isOpenHereAlone: Bool { spool_is_open_here_alone(descriptor) == 1 }

    /// Takes the exclusive lock of this open file unless another holds it. The kernel gives it up with the last
    /// descriptor, so with the process.
    package func tryLock() throws(SystemFailure) -> Bool { try tryLock(LOCK_EX) }

    /// Takes the lock unless another holds the exclusive one.
    package func trySharedLock() throws(SystemFailure) -> Bool { try tryLock(LOCK_SH) }

    private func tryLock(_ kind: Int32) throws(SystemFailure) -> Bool {
        guard flock(descriptor, kind | LOCK_NB) != 0 else { return true }
        guard Errno.last == .wouldBlock else { throw SystemFailure("lock", path, .last) }
        return false
    }
}

extension Errno {
    /// What the last failed call of this thread left behind.
    package static var last: Errno { Errno(rawValue: Glibc.errno) }
}
