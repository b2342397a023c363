import SpoolSystem
import SystemPackage

/// The names of images in a list, as `find` prints them.
enum ImageNames {
    /// - Parameters:
    ///   - list: a file, a pipe, or `-` for standard input.
    ///   - endByZero: whether names end with a zero byte, so that they can have line breaks; else each line is one.
    /// - Returns: empty lines left out.
    static func read(_ list: String, endByZero: Bool) throws -> [FilePath] {
        let bytes = try content(of: list)
        guard endByZero || !bytes.contains(0) else {
            throw UsageError("--files-from \(list): names end with zero bytes there; add --null")
        }
        return bytes.split(separator: endByZero ? 0 : UInt8(ascii: "\n")).map(FilePath.init(bytes:))
    }

    private static func content(of list: String) throws -> [UInt8] {
        do {
            if list == "-" { return try FileDescriptor.standardInput.readToEnd() }
            // Blocking, unlike a file of a spool: it may be a pipe.
            let file = try FileDescriptor.open(FilePath(list), .readOnly)
            return try file.closeAfter { try file.readToEnd() }
        } catch let errno as Errno {
            throw UsageError("--files-from \(list) cannot be read: \(errno)")
        }
    }
}

extension FileDescriptor {
    fileprivate func readToEnd() throws -> [UInt8] {
        var content: [UInt8] = []
        while true {
            let part = try unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = unsafe try read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if part.isEmpty { return content }
            content += part
        }
    }
}

extension FilePath {
    /// - Parameter bytes: without a zero.
    fileprivate init(bytes: some Sequence<UInt8>) {
        let text = bytes.map { CChar(bitPattern: $0) } + [0]
        self = unsafe text.withUnsafeBufferPointer { buffer in
            // A buffer with at least the zero has a base address.
            unsafe FilePath(platformString: buffer.baseAddress!)
        }
    }
}
