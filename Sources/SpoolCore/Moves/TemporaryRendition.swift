package import SystemPackage

/// The names under which renditions are written before they are whole, in the folders of their final paths:
/// `.spool-WORKER-ID-INDEX.tmp`. Two workers never share one, also if one has taken the other's job over.
package enum TemporaryRendition {
    private static let prefix = ReservedName.prefix
    private static let suffix = ".tmp"
    /// Of a job's id, a UUID.
    private static let idLength = 36

    /// - Parameter id: the job's.
    package static func name(of worker: String, _ id: String, _ index: Int) -> FilePath.Component {
        // Both ids are plain letters, digits and dashes.
        FilePath.Component("\(prefix(of: worker))\(id)-\(index)\(suffix)")!
    }

    /// How the names of a worker begin.
    package static func prefix(of worker: String) -> String { "\(prefix)\(worker)-" }

    /// The id of the job to which such a name belongs; nil for other names.
    static func jobID(of name: FilePath.Component) -> String? {
        let text = name.string
        guard text.hasPrefix(prefix), text.hasSuffix(suffix),
            let dash = text.dropLast(suffix.count).lastIndex(of: "-"),
            UInt32(text[text.index(after: dash)...].dropLast(suffix.count)) != nil
        else { return nil }
        let stem = text[..<dash]
        let id = stem.suffix(idLength)
        guard UniqueID.isOne(id), stem.dropLast(idLength).last == "-" else { return nil }
        return String(id)
    }
}
