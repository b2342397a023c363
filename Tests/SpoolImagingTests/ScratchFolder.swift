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

/// An open file of a test; closed when the last reference goes.
final class Descriptor {
    private let number: Int32

    /// For reading alone.
    init(reading path: String) {
        number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        precondition(number >= 0)
    }

    /// New and empty, for writing and reading.
    init(creating path: String) {
        number = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        precondition(number >= 0)
    }

    /// For writing alone.
    init(writing path: String) {
        number = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        precondition(number >= 0)
    }

    deinit { close(number) }

    /// Runs `body` while the file is certainly open.
    func with<Value>(_ body: (Int32) throws -> Value) rethrows -> Value {
        try withExtendedLifetime(self) { try body(number) }
    }
}
