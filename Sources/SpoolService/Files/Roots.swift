import SpoolCore
import SpoolSystem
import Synchronization
import SystemPackage

/// The folders in which jobs may name files, held open.
final class Roots: Sendable {
    private let held: Mutex<[Folder]>

    /// Relative paths begin in the first.
    var folders: [Folder] { held.withLock { $0 } }

    /// - Parameter paths: at least one, each an existing folder.
    init(_ paths: [FilePath]) throws(SystemFailure) {
        var folders: [Folder] = []
        for path in paths { folders.append(try Folder(at: path)) }
        held = Mutex(folders)
    }

    /// The roots of a setting, or the folder of the spool that stands for it.
    /// - Throws: ``ConfigurationError`` if the setting names what is no folder.
    convenience init(_ paths: [FilePath], else folder: SpoolFolder, of spool: Spool, named key: SettingKey) throws {
        if paths.isEmpty {
            try self.init([spool.path.appending(folder.name)])
            return
        }
        do throws(SystemFailure) {
            try self.init(paths)
        } catch {
            // What else fails, such as the disk, is no mistake of the setting.
            let isMistake = [.noSuchFileOrDirectory, .notDirectory, .permissionDenied].contains(error.errno)
            throw isMistake ? ConfigurationError(key.rawValue, "\(error)") as any Error : error
        }
    }

    /// Opens roots anew that people have replaced.
    /// - Throws: `noSuchFileOrDirectory` while one is missing, and if another file system is at its path: its disk was
    ///   unmounted, and nothing may be written below.
    func refresh() throws(SystemFailure) {
        for (index, known) in folders.enumerated() {
            let now = try Folder(at: known.path)
            let (before, after) = (try known.status(), try now.status())
            if before.isSameFile(as: after) { continue }
            guard before.device == after.device else {
                throw SystemFailure("find the file system any more that was at", known.path, .noSuchFileOrDirectory)
            }
            held.withLock { $0[index] = now }
        }
    }

    /// The root to which a job's path belongs, and the path from there.
    /// - Returns: nil for an absolute path outside all roots. `..` and symbolic links are not looked at: opening beneath
    ///   the root refuses them.
    func resolve(_ path: String) -> (root: Folder, relative: FilePath)? {
        let path = FilePath(path)
        let folders = folders
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
