import SpoolSystem
import SystemPackage

/// What this user may do in the spool's folders. Root may do nearly everything, so this is to be run as the user of the
/// workers.
struct AccessCheck {
    private let round: CheckRound

    init(_ round: CheckRound) { self.round = round }

    func run() throws(SystemFailure) {
        for folder in SpoolFolder.allCases {
            try check(
                round.spool[folder], FilePath(folder.rawValue),
                folder == .input ? [.read, .search] : [.read, .write, .search])
        }
        try check(
            round.spool.leases(), .of(.control, WorkerLease.folder),
            [.read, .write, .search])
    }

    private func check(_ folder: Folder, _ path: FilePath, _ access: Access) throws(SystemFailure) {
        let denied = Self.uses.filter { access.contains($0.access) && folder.denial(of: $0.access) != nil }
        switch folder.denial(of: access) {
        case nil: break
        case .readOnlyFileSystem:
            return round.find(
                .readOnly, path,
                "lies on a file system that is mounted read-only, so no job can move; mount it writable")
        case let errno?:
            let uses = denied.map(\.name).joined(separator: " or ")
            return round.find(
                .folderAccess, path, "this user cannot \(uses) it: \(errno); give it to the user of the workers")
        }
        if folder.path.lastComponent.map({ Self.jobFolders.contains($0.string) }) == true,
            try folder.keepsEntriesOfOthers()
        {
            round.find(
                .folderSticky, path,
                "has the sticky bit, so this user cannot move the jobs of others; chmod -t, or share by a group")
        }
    }

    /// What the workers do with a folder, by the right that it takes.
    private static let uses: [(access: Access, name: String)] = [
        (.read, "list"), (.write, "make and rename files in"), (.search, "open files in"),
    ]

    private static let jobFolders = SpoolFolder.jobStates.map(\.rawValue)
}
