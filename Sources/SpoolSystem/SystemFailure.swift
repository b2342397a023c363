public import SystemPackage

/// A system call that failed: which, on what, and why.
public struct SystemFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was being done, as a phrase that follows "could not": "open", "rename into done".
    public var operation: String
    /// The file concerned.
    public var path: FilePath
    /// The kernel's answer.
    public var errno: Errno

    package init(_ operation: String, _ path: FilePath, _ errno: Errno) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    public var description: String { "could not \(operation) \(path.printable.shortened(to: 512)): \(errno)" }
}

extension FilePath {
    /// The path for a message: bytes that are no text and control characters are escaped, so one path is one line.
    public var printable: String { String(decoding: self).escapingControls }
}

extension FilePath.Component {
    /// The name for a message: bytes that are no text and control characters are escaped, so one name is one line.
    public var printable: String { String(decoding: self).escapingControls }
}

extension SystemFailure {
    /// Whether this process lacks descriptors or memory, which is no fault of what it was about to do.
    package var isStarvation: Bool { [.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory].contains(errno) }

    /// Whether this process may not do that: the file is another user's.
    package var lacksRight: Bool { errno == .permissionDenied || errno == .notPermitted }

    /// Whether there is something of the name that this process will never read: another user's file, a link, a folder.
    package var isOfUnreadableFile: Bool {
        [.permissionDenied, .notPermitted, .tooManySymbolicLinkLevels, .isDirectory, .notDirectory].contains(errno)
    }
}
