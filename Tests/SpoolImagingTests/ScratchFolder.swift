import Foundation
import Glibc

/// A folder for one test; gone when the test is.
final class ScratchFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "spool-imaging-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    /// A file with this content.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(filePath: file(name)))
        return file(name)
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: file(name))))
    }
}

struct OpenFailure: Error {
    var path: String
    var reason: String
}

/// An open file of a test; closed when the last reference goes.
final class Descriptor {
    private let number: Int32

    /// For reading alone.
    convenience init(reading path: String) throws { try self.init(path, O_RDONLY) }

    /// New and empty, for writing and reading.
    convenience init(creating path: String) throws { try self.init(path, O_RDWR | O_CREAT | O_TRUNC) }

    /// For writing alone.
    convenience init(writing path: String) throws { try self.init(path, O_WRONLY | O_CREAT) }

    private init(_ path: String, _ flags: Int32) throws {
        number = unsafe open(path, flags | O_CLOEXEC, 0o600)
        if number < 0 { throw OpenFailure(path: path, reason: unsafe String(cString: strerror(errno))) }
    }

    deinit { close(number) }

    /// Runs `body` while the file is certainly open.
    func with<Value>(_ body: (Int32) throws -> Value) rethrows -> Value {
        try withExtendedLifetime(self) { try body(number) }
    }

    /// Runs `body` while all of the files are certainly open.
    static func with<Value>(_ files: [Descriptor], _ body: ([Int32]) throws -> Value) rethrows -> Value {
        try withExtendedLifetime(files) { try body(files.map(\.number)) }
    }
}
