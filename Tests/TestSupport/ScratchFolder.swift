import FoundationEssentials
public import SystemPackage

/// A folder of a test's own, removed with the value.
public final class ScratchFolder: Sendable {
    public let path: FilePath

    public init() throws {
        path = FilePath("\(FileManager.default.temporaryDirectory.path)/spool-test-\(UUID().uuidString)")
            .lexicallyNormalized()
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    }

    deinit {
        // A test that took its own permissions away must not leave the folder behind.
        for entry in (try? FileManager.default.subpathsOfDirectory(atPath: path.string)) ?? [] {
            try? FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: path.appending(entry).string)
        }
        try? FileManager.default.removeItem(atPath: path.string)
    }

    @discardableResult
    public func write(_ text: String, to relative: String) throws -> FilePath {
        let file = path.pushing(FilePath(relative))
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file.string))
        return file
    }

    public func read(_ relative: String) throws -> String {
        try String(contentsOfFile: path.pushing(FilePath(relative)).string, encoding: .utf8)
    }

    public func exists(_ relative: String) -> Bool {
        FileManager.default.fileExists(atPath: path.pushing(FilePath(relative)).string)
    }

    /// The names in a folder, sorted.
    public func list(_ relative: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path.pushing(FilePath(relative)).string).sorted()
    }
}
