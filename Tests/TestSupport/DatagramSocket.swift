import Glibc
public import SystemPackage

/// A local socket for datagrams, to play whoever gets them.
@safe public final class DatagramSocket {
    public let path: FilePath
    public let descriptor: Int32

    /// - Parameter path: with fewer than a hundred bytes.
    public init(at path: FilePath) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.string.utf8)
        guard descriptor >= 0, bytes.count < 100 else { throw Errno.invalidArgument }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let status = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw Errno(rawValue: errno) }
    }

    deinit { close(descriptor) }
}
