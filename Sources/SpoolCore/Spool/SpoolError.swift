public import SpoolSystem
public import SystemPackage

/// Why a folder cannot serve as a spool.
public struct SpoolError: Error, Sendable, CustomStringConvertible {
    /// Kinds of reasons.
    public enum Code: Sendable {
        /// There is no such folder.
        case missing
        /// The folder has no marker: it is no spool, or its disk is not mounted.
        case notASpool
        /// A newer version made the spool.
        case unknownFormat
        /// The state folders lie on different file systems, so a job could not move by one rename.
        case severalFileSystems
        /// The file system refused something that every spool needs.
        case system
    }

    /// The kind of reason.
    public var code: Code
    /// The spool's folder, or the file in it that is wrong.
    public var path: FilePath
    /// What was wrong and what to do.
    public var description: String
    /// What the file system said, if it was asked.
    public var underlying: SystemFailure?

    package init(_ code: Code, _ path: FilePath, _ description: String, underlying: SystemFailure? = nil) {
        self.code = code
        self.path = path
        self.description = description
        self.underlying = underlying
    }

    init(_ failure: SystemFailure) {
        self.init(.system, failure.path, failure.description, underlying: failure)
    }
}
