import Crypto
import Glibc

/// The length of an open file and the SHA-256 of its content.
package struct FileDigest: Equatable, Sendable {
    package var bytes: Int
    /// Hexadecimal.
    package var sha256: String

    /// An error number of the kernel.
    package struct ReadFailure: Error, Equatable {
        package var errno: Int32

        package init(errno: Int32) { self.errno = errno }
    }

    /// Reads the file from its start to its end; the descriptor's position stays where it is.
    package init(of descriptor: Int32) throws(ReadFailure) {
        var hash = SHA256()
        var position = 0
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { unsafe block.deallocate() }
        while true {
            let count = unsafe pread(descriptor, block.baseAddress, block.count, off_t(position))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw ReadFailure(errno: errno) }
            if count == 0 { break }
            unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: block[..<count]))
            position += count
        }
        bytes = position
        sha256 = Self.hexadecimal(hash.finalize())
    }

    package init(of content: [UInt8]) {
        bytes = content.count
        sha256 = Self.hexadecimal(SHA256.hash(data: content))
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
