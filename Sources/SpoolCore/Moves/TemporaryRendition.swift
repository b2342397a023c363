package import SystemPackage

/// The names under which renditions are written before they are whole, in the folders of their final paths:
/// `.spool-ID-ATTEMPT-INDEX.tmp`.
package enum TemporaryRendition {
    private static let prefix = ".spool-"
    private static let suffix = ".tmp"

    /// - Parameter stem: the job's id and the number of the attempt, `ID-ATTEMPT`.
    package static func name(_ stem: String, _ index: Int) -> FilePath.Component {
        // A stem is hexadecimal digits and dashes.
        FilePath.Component("\(prefix)\(stem)-\(index)\(suffix)")!
    }

    /// The id of the job to which such a name belongs; nil for other names.
    static func jobID(of name: FilePath.Component) -> String? {
        let text = name.string
        guard text.hasPrefix(prefix), text.hasSuffix(suffix) else { return nil }
        let parts = text.dropFirst(prefix.count).dropLast(suffix.count).split(
            separator: "-", omittingEmptySubsequences: false)
        guard parts.count > 2, parts.suffix(2).allSatisfy({ UInt32($0) != nil }) else { return nil }
        let id = parts.dropLast(2).joined(separator: "-")
        return id.isEmpty ? nil : id
    }
}
