import SpoolSystem
import SystemPackage

/// The folders in which jobs may name files, held open.
struct Roots: Sendable {
    /// Relative paths begin in the first.
    let folders: [Folder]

    /// - Parameter paths: at least one, each an existing folder.
    init(_ paths: [FilePath]) throws(SystemFailure) {
        var folders: [Folder] = []
        for path in paths { folders.append(try Folder(at: path)) }
        self.folders = folders
    }

    /// The root to which a job's path belongs, and the path from there.
    /// - Returns: nil for an absolute path outside all roots. `..` and symbolic links are not looked at: opening beneath
    ///   the root refuses them.
    func resolve(_ path: String) -> (root: Folder, relative: FilePath)? {
        let path = FilePath(path)
        if path.isRelative { return folders.first.map { ($0, path) } }
        // The innermost root: one root may lie inside another.
        let holders = folders.filter { path.starts(with: $0.path) }
        guard let root = holders.max(by: { $0.path.components.count < $1.path.components.count }) else { return nil }
        var relative = path
        _ = relative.removePrefix(root.path)
        return (root, relative)
    }

    /// The roots for a message.
    var description: String { folders.map(\.path.printable).joined(separator: ", ") }
}
