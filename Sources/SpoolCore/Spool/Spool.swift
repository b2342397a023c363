package import SpoolSystem
import Synchronization
public import SystemPackage

/// An open spool: the folder that is the interface between producers and workers.
///
/// Its folders are held open, so that a spool whose path is renamed or mounted over stays the same spool.
public final class Spool: Sendable {
    /// Where it lay when it was opened.
    public let path: FilePath
    /// What tells it from other spools.
    public let marker: SpoolMarker

    package let root: Folder
    /// All of them; ``refresh()`` brings another one in a folder's place.
    private let folders: Mutex<[SpoolFolder: Folder]>

    /// Opens the spool at `path`. Nothing is written, but for a folder that older versions did not have.
    public init(at path: FilePath) throws(SpoolError) {
        self.path = path
        root = try Self.root(at: path)
        marker = try Self.marker(in: root)
        var folders: [SpoolFolder: Folder] = [:]
        do throws(SystemFailure) {
            for folder in SpoolFolder.allCases {
                if folder.isNew, try root.status(of: folder.name) == nil { try root.makeFolder(folder.name) }
                folders[folder] = try root.folder(folder.name)
            }
        } catch {
            let advice =
                error.errno == .permissionDenied
                ? "ask its owner for the right to read the folders of the spool, or run this as a user who has it"
                : "repair the spool with: spool-worker init \(path.printable)"
            throw SpoolError(.system, error.path, "\(error); \(advice)", underlying: error)
        }
        self.folders = Mutex(folders)
    }

    static func root(at path: FilePath) throws(SpoolError) -> Folder {
        do throws(SystemFailure) {
            return try Folder(at: path)
        } catch {
            guard error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory else { throw SpoolError(error) }
            throw SpoolError(
                .missing, path,
                "there is no folder \(path.printable); make a spool with: spool-worker init \(path.printable)",
                underlying: error)
        }
    }

    static func marker(in root: Folder) throws(SpoolError) -> SpoolMarker {
        let text: [UInt8]
        do throws(SystemFailure) {
            text = try root.folder(SpoolFolder.control.name).file(SpoolMarker.file).read(upTo: 4096)
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw SpoolError(error) }
            let marker = "\(SpoolFolder.control.rawValue)/\(SpoolMarker.file)"
            throw SpoolError(
                .notASpool, root.path,
                "\(root.path.printable) is not a spool: \(marker) is missing. Is its disk mounted? To make it a spool: "
                    + "spool-worker init \(root.path.printable)", underlying: error)
        }
        let place = "\(root.path.printable)/\(SpoolFolder.control.rawValue)/\(SpoolMarker.file)"
        guard let json = try? JSONValue(parsing: text), let marker = SpoolMarker(json: json) else {
            throw SpoolError(.notASpool, root.path, "\(place) is damaged; a spool's marker has \"id\" and \"format\"")
        }
        guard marker.format == SpoolMarker.currentFormat else {
            throw SpoolError(
                .unknownFormat, root.path,
                "\(place) has format \(marker.format), but this version knows only \(SpoolMarker.currentFormat)")
        }
        return marker
    }

    /// Makes the folder at `path` a spool, or adds what an existing one lacks. What is there is never changed.
    public static func create(at path: FilePath) throws(SpoolError) -> Spool {
        try make(at: path)
        return try Spool(at: path)
    }

    /// The same, and gives a group its rights in all folders of the spool, also in those that were there.
    /// - Returns: what has changed.
    package static func create(at path: FilePath, sharedWith group: UserGroup) throws(SpoolError) -> SpoolSharing {
        guard group.canBeGivenFiles else {
            throw SpoolError(
                .system, path,
                "this user is not a member of the group \(group.name), so it cannot give \(path.printable) to it; run this "
                    + "as a user who is, or as root")
        }
        var sharing = SpoolSharing(with: group)
        try sharing.share(try make(at: path))
        _ = try Spool(at: path)
        return sharing
    }

    @discardableResult
    private static func make(at path: FilePath) throws(SpoolError) -> [SpoolSharing.Member] {
        do throws(SystemFailure) {
            let (root, isNew) = try makeRoot(path)
            var members = [SpoolSharing.Member(folder: root, isNew: isNew)]
            for kind in SpoolFolder.allCases {
                let isNew = try root.makeFolder(kind.name)
                members.append(SpoolSharing.Member(folder: try root.folder(kind.name), kind: kind, isNew: isNew))
            }
            let input = try root.folder(SpoolFolder.input.name)
            let hasOwnImages = try input.status(of: OwnImage.folder) != nil
            let isOwner = try !input.isOfAnotherUser()
            // Made by another than its owner, the folder would let no worker remove anything.
            if hasOwnImages || isOwner {
                let folder = try hasOwnImages ? input.folder(OwnImage.folder) : input.makeFolderAlike(OwnImage.folder)
                members.append(SpoolSharing.Member(folder: folder, kind: .input, isNew: !hasOwnImages))
            }
            let control = try root.folder(SpoolFolder.control.name)
            let hasNewLeases = try control.makeFolder(WorkerLease.folder)
            members.append(SpoolSharing.Member(folder: try control.folder(WorkerLease.folder), isNew: hasNewLeases))
            if try control.status(of: SpoolMarker.file) == nil {
                let staging = try root.folder(SpoolFolder.tmp.name)
                let marker = Array((SpoolMarker.new().json.text() + "\n").utf8)
                do throws(SystemFailure) {
                    try DocumentFile(staging: staging, owner: "init", durability: .full).write(
                        marker, to: control, as: SpoolMarker.file)
                } catch  where error.errno == .fileExists {
                    // Somebody else made the same spool at the same time.
                }
                try control.synchronize()
            }
            try root.synchronize()
            return members
        } catch {
            throw SpoolError(error)
        }
    }

    private static func makeRoot(_ path: FilePath) throws(SystemFailure) -> (folder: Folder, isNew: Bool) {
        do throws(SystemFailure) {
            return (try Folder(at: path), false)
        } catch  where error.errno == .noSuchFileOrDirectory {
            let missing = path.lexicallyNormalized()
            guard let name = missing.lastComponent, missing != missing.removingLastComponent() else { throw error }
            let parent = missing.removingLastComponent()
            let isNew = try makeRoot(parent.isEmpty ? "." : parent).folder.makeFolder(name)
            return (try Folder(at: path), isNew)
        }
    }

    package subscript(_ folder: SpoolFolder) -> Folder {
        // The initialiser opened every case.
        folders.withLock { $0[folder]! }
    }

    /// Proves that a job can go all its way by renames: from staging through every state, by an empty hidden file. Mounts
    /// inside the spool show only by trying.
    /// - Parameter worker: its id, which says later whose a probe was that stayed behind.
    package func proveRenames(as worker: String) throws(SpoolError) {
        let name = ProbeFile.name(of: worker)
        let way = SpoolFolder.sharedFileSystem.map { self[$0] } + [self[.tmp]]
        var place = self[.tmp]
        do throws(SystemFailure) {
            _ = try place.create(name)
            for next in way where next !== place {
                try place.move(name, to: next, as: name)
                place = next
            }
            try place.remove(name)
        } catch {
            // The first failure is the one to tell; the probe file is hidden and empty.
            try? place.remove(name)
            guard error.errno == .improperLink else { throw SpoolError(error) }
            throw SpoolError(
                .severalFileSystems, path,
                "the spool spans several file systems: \(error). A job moves by one rename, so mount the whole spool, "
                    + "not folders inside it (input and output may lie elsewhere)", underlying: error)
        }
    }

    /// Looks whether the spool is still there, and opens state folders anew that people have replaced, as producers may do
    /// with `incoming` and log rotation does with `done`.
    /// - Throws: `noSuchFileOrDirectory` if the path does not lead to this spool any more, because its disk was unmounted
    ///   or the folder renamed, if its marker is gone, or while a folder is missing.
    package func refresh() throws(SystemFailure) {
        guard try Folder(at: path).status().isSameFile(as: root.status()) else {
            throw SystemFailure("find the spool any more at", path, .noSuchFileOrDirectory)
        }
        for folder in SpoolFolder.sharedFileSystem {
            let known = self[folder]
            if let now = try root.status(of: folder.name), try now.isSameFile(as: known.status()) { continue }
            // Workers are registered in these, so what is there now is another spool's.
            guard folder != .processing, folder != .control else {
                throw SystemFailure("find the folder any more that was at", known.path, .noSuchFileOrDirectory)
            }
            let opened = try root.folder(folder.name)
            folders.withLock { $0[folder] = opened }
        }
        guard try self[.control].status(of: SpoolMarker.file) != nil else {
            throw SystemFailure(
                "find the spool's marker", self[.control].path.appending(SpoolMarker.file), .noSuchFileOrDirectory)
        }
    }
}
