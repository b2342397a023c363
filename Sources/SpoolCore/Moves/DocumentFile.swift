import SpoolSystem
import SystemPackage

/// Whether the worker waits for the disk.
public enum Durability: String, Sendable, Equatable, CaseIterable {
    /// What counts as done survives a power cut.
    case full
    /// A power cut may take back the last seconds. A crash of the worker may not.
    case none
}

/// Writes small files in one step: under a temporary name in the staging folder first, then renamed into place.
struct DocumentFile {
    let staging: Folder
    let durability: Durability

    func write(
        _ content: [UInt8], to folder: Folder, as name: FilePath.Component, replacing: Bool
    ) throws(SystemFailure) {
        let temporary = FilePath.Component(".\(UniqueID()).tmp")!
        do throws(SystemFailure) {
            let file = try staging.create(temporary)
            try file.write(content)
            if durability == .full { try file.synchronize() }
            try staging.move(temporary, to: folder, as: name, replacing: replacing)
        } catch {
            // What failed is what counts; a leftover is hidden in the staging folder.
            try? staging.remove(temporary)
            throw error
        }
    }
}
