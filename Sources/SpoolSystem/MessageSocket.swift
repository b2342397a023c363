import CSpoolSystem
import Glibc
import SystemPackage

/// One end of a local socket that keeps messages whole and can carry open files.
package final class MessageSocket: Sendable {
    /// To be sent to another process.
    package let file: OpenFile
    package var descriptor: Int32 { file.descriptor }

    /// The most files one message carries.
    package static let maximumFiles = Int(SPOOL_MAX_DESCRIPTORS)

    /// Takes ownership of `descriptor`.
    package convenience init(owning descriptor: Int32) { self.init(OpenFile(owning: descriptor, path: "a socket")) }

    /// One that was received.
    package init(_ file: OpenFile) { self.file = file }

    package static func pair() throws(SystemFailure) -> (MessageSocket, MessageSocket) {
        var ends: [Int32] = [-1, -1]
        guard unsafe spool_socket_pair(&ends) == 0 else { throw SystemFailure("make a", "socket pair", .last) }
        return (MessageSocket(owning: ends[0]), MessageSocket(owning: ends[1]))
    }

    package func send(_ message: [UInt8], files: [OpenFile] = []) throws(SystemFailure) {
        let descriptors = files.map(\.descriptor)
        let sent = unsafe spool_send(descriptor, message, message.count, descriptors, descriptors.count)
        // The files must stay open until the kernel has them.
        withExtendedLifetime(files) {}
        guard sent == message.count else { throw SystemFailure("send to", "the other process", .last) }
    }

    /// Waits for a message of at most `limit` bytes.
    /// - Returns: the message and its files, or nil when the other end is closed.
    package func receive(upTo limit: Int = 1 << 20) throws(SystemFailure) -> (message: [UInt8], files: [OpenFile])? {
        var descriptors = [Int32](repeating: -1, count: Self.maximumFiles)
        var count = descriptors.count
        var received = 0
        let message = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
            received = unsafe spool_receive(descriptor, buffer.baseAddress, limit, &descriptors, &count)
            initialized = max(received, 0)
        }
        guard received >= 0 else {
            if Errno.last == .connectionReset { return nil }
            throw SystemFailure("receive from", "the other process", .last)
        }
        // Each is closed by its owner, also those that came with no message.
        let files = descriptors.prefix(count).map { OpenFile(owning: $0, path: "received file") }
        return received == 0 ? nil : (message, files)
    }

    /// Waits until there is something to receive (the end of the stream included).
    /// - Returns: false if `deadline` came first.
    package func waitUntilReadable(until deadline: ContinuousClock.Instant) -> Bool {
        file.waitUntilReadable(until: deadline)
    }

    /// Whether the other end is closed.
    package var isClosed: Bool {
        var request = pollfd(fd: descriptor, events: 0, revents: 0)
        return unsafe poll(&request, 1, 0) > 0
    }

    /// Waits until the other end is closed.
    package func waitUntilClosed() {
        var request = pollfd(fd: descriptor, events: 0, revents: 0)
        while unsafe poll(&request, 1, -1) <= 0 {}
    }
}
