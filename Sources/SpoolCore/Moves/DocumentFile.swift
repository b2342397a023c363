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
    /// The worker who writes, so that what it leaves behind when it dies can be told from others' work.
    let owner: String
    let durability: Durability

    private static func prefix(of owner: String) -> String { ".\(owner)." }

    /// Removes what a worker left behind in the staging folder.
    static func discardLeftovers(of owner: String, in staging: Folder) throws(SystemFailure) {
        var listing = try staging.listing()
        while let name = try listing.next() {
            guard name.string.hasPrefix(prefix(of: owner)) else { continue }
            do throws(SystemFailure) {
                try staging.remove(name)
            } catch  where error.errno == .isDirectory {
                // No worker made that.
                continue
            }
        }
    }

    /// Who wrote a file of the staging folder under a temporary name; nil for files of others.
    static func owner(of name: FilePath.Component) -> String? {
        let parts = name.string.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 3, parts[0].isEmpty, parts.last == "tmp", UniqueID.isOne(parts[parts.count - 2]) else {
            return nil
        }
        return parts[1..<(parts.count - 2)].joined(separator: ".")
    }

    /// - Parameters:
    ///   - modified: the time that the document shows, in nanoseconds since 1970; nil for now.
    ///   - isWanted: asked when the document is on the disk and before it gets its name.
    /// - Returns: the file, by which it can be told from one that another program puts in its place; nil if it was not wanted
    ///   any more.
    /// - Throws: `fileExists` if the name is taken.
    @discardableResult
    func write(
        _ content: [UInt8], to folder: Folder, as name: FilePath.Component, modified: Int64? = nil,
        if isWanted: () throws(SystemFailure) -> Bool = { true }
    ) throws(SystemFailure) -> FileStatus? {
        let temporary = FilePath.Component(Self.prefix(of: owner) + "\(UniqueID()).tmp")!
        do throws(SystemFailure) {
            let file = try staging.create(temporary)
            try file.write(content)
            if let modified { try show(modified, on: file) }
            if durability == .full { try file.synchronize() }
            guard try isWanted() else {
                try staging.remove(temporary)
                return nil
            }
            let status = try file.status()
            try staging.place(temporary, in: folder, as: name)
            return status
        } catch {
            // What failed is what counts; a leftover is hidden in the staging folder.
            try? staging.remove(temporary)
            throw error
        }
    }

    /// Some file systems let nobody set a time; then the document's content has to do.
    private func show(_ time: Int64, on file: OpenFile) throws(SystemFailure) {
        do throws(SystemFailure) {
            try file.setModified(time)
        } catch  where error.lacksRight {
            return
        }
    }
}
