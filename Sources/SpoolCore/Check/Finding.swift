public import SystemPackage

/// Something about a spool that somebody should know.
public struct Finding: Sendable, Equatable {
    /// What kind of finding it is.
    public var code: FindingCode
    /// From the spool's folder; `.` for the spool itself.
    public var path: FilePath
    /// What is wrong and what to do.
    public var message: String
    /// Whether it was wrong, and is right now.
    public var repaired: Bool

    /// A finding at a path from the spool's folder.
    public init(_ code: FindingCode, _ path: FilePath, _ message: String, repaired: Bool = false) {
        self.code = code
        self.path = path
        self.message = message
        self.repaired = repaired
    }

    /// That of the code.
    public var severity: FindingCode.Severity { code.severity }

    /// Whether somebody has to do something.
    public var isOpen: Bool { severity != .note && !repaired }
}
