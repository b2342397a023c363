import SpoolSystem
import SystemPackage

/// Whether the file system is one that a spool can live on.
struct MountCheck {
    private let round: CheckRound

    init(_ round: CheckRound) { self.round = round }

    func run() {
        // Where no file can be made, the access is the finding.
        guard round.spool[.tmp].denial(of: [.write, .search]) == nil else { return }
        do throws(SystemFailure) {
            tell(try FileSystemTraits(of: round.spool[.tmp]))
        } catch {
            round.find(.notChecked, "tmp", "the file system could not be tried: \(error)")
        }
        for folder in SpoolFolder.sharedFileSystem where folder != .tmp { proveRename(to: folder) }
    }

    func tell(_ traits: FileSystemTraits) {
        if !traits.locks {
            round.find(
                .noLocks, ".",
                "the file system grants no locks (flock), by which workers know each other; use another one, or mount this "
                    + "one with locks")
        }
        if !traits.renamesExclusively {
            round.find(
                .noExclusiveRename, ".",
                "the file system cannot rename without replacing in one step; workers look first, which is as good unless "
                    + "something else makes the same names in done or failed")
        }
    }

    /// A mount inside the spool shows only by trying: also one of the same file system refuses the rename.
    private func proveRename(to folder: SpoolFolder) {
        guard round.spool[folder].denial(of: [.write, .search]) == nil else { return }
        let name = ProbeFile.newName()
        let staging = round.spool[.tmp]
        do throws(SystemFailure) {
            _ = try staging.create(name)
            try staging.move(name, to: round.spool[folder], as: name)
            try round.spool[folder].remove(name)
        } catch {
            // The failure is told; the probe is hidden and empty.
            try? staging.remove(name)
            if error.errno == .improperLink {
                round.find(
                    .severalFileSystems, FilePath(folder.rawValue),
                    "is a mount of its own, but a job moves by one rename; mount the whole spool, not folders inside it "
                        + "(input and output may lie elsewhere)")
            } else {
                round.find(.notChecked, FilePath(folder.rawValue), "the renames could not be tried: \(error)")
            }
        }
    }
}
