import CSpoolSystem
import Glibc
package import SystemPackage

/// The journal of systemd, by its native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL): an entry is one datagram of
/// fields. The journal adds the time, the process and the unit.
package struct Journal: Sendable {
    package struct Field: Sendable {
        /// Capital letters, digits and underscores; the first is a letter.
        package var name: String
        /// Any text; it may have line breaks.
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    private let socket: String

    package init(at socket: FilePath = "/run/systemd/journal/socket") { self.socket = socket.string }

    /// Whether the journal reads what this process writes to standard error, as systemd says in `JOURNAL_STREAM`: device and
    /// inode of the stream. The variable is inherited, and standard error may have been redirected since.
    package static func readsStandardError(environment: [String: String]) -> Bool {
        var status = stat()
        guard let stream = environment["JOURNAL_STREAM"], unsafe fstat(STDERR_FILENO, &status) == 0 else {
            return false
        }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// Blocks while the journal has more than it can take. What is too large for a datagram travels in a file.
    /// - Throws: if the journal cannot be reached.
    package func write(_ fields: [Field]) throws(SystemFailure) {
        let entry = fields.flatMap(\.bytes)
        if unsafe spool_send_datagram(socket, entry, entry.count, -1) == 0 { return }
        guard Errno.last == .messageTooLong || Errno.last == .noBufferSpace else {
            throw SystemFailure("write to the journal at", FilePath(socket), .last)
        }
        let descriptor = unsafe spool_sealed_memory_file("journal-entry", entry, entry.count)
        guard descriptor >= 0 else { throw SystemFailure("make", "a file in memory", .last) }
        let file = OpenFile(owning: descriptor, path: "file in memory")
        guard unsafe spool_send_datagram(socket, nil, 0, file.descriptor) == 0 else {
            throw SystemFailure("write to the journal at", FilePath(socket), .last)
        }
    }
}

extension Journal.Field {
    /// `NAME=value` on a line; with line breaks in the value its length instead: 64 bits, the lowest byte first.
    fileprivate var bytes: [UInt8] {
        let value = Array(value.utf8)
        guard value.contains(UInt8(ascii: "\n")) else { return Array("\(name)=".utf8) + value + [UInt8(ascii: "\n")] }
        let length = (0..<8).map { UInt8(truncatingIfNeeded: value.count >> ($0 * 8)) }
        return Array("\(name)\n".utf8) + length + value + [UInt8(ascii: "\n")]
    }
}
