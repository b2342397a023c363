import SpoolSystem
import SystemPackage

/// The folder `notify`, for who wants to hear of ended jobs instead of asking: `mkdir SPOOL/notify`. Each result gets a hard
/// link there, which its reader removes. Without the folder nothing is linked.
extension Spool {
    static let notifyFolder: FilePath.Component = "notify"

    private var announcements: Folder? {
        get throws(SystemFailure) {
            try Self.existing { () throws(SystemFailure) in try root.folder(Self.notifyFolder) }
        }
    }

    /// Links a result that is in place, before its job's own rename: whoever crashes in between has announced it, and who
    /// finishes the commit announces it again. So a reader hears of each end at least once.
    /// - Parameters:
    ///   - name: the job's in `state`.
    ///   - id: the job's.
    func announce(_ name: JobName, in state: SpoolFolder, id: String, _ durability: Durability) throws(SystemFailure) {
        guard state == .done || state == .failed, let announcements = try announcements else { return }
        do throws(SystemFailure) {
            try link(name, in: self[state], to: announcements, id: id)
        } catch  where error.errno == .noSuchFileOrDirectory {
            // Somebody has removed the folder at this moment.
            return
        }
        if durability == .full { try announcements.synchronize() }
    }

    private func link(
        _ name: JobName, in state: Folder, to announcements: Folder, id: String
    ) throws(SystemFailure) {
        for candidate in [name, name.distinguished(by: id)] {
            do throws(SystemFailure) {
                return try state.link(name.result, to: announcements, as: candidate.result)
            } catch  where error.errno == .fileExists {
                // It is announced already, or nobody has read yet of an earlier job of this name.
                guard let there = try announcements.status(of: candidate.result),
                    let result = try state.status(of: name.result), !there.isSameFile(as: result)
                else { return }
            }
        }
    }

    /// Takes an announcement back of a commit that has failed.
    func withdraw(_ name: JobName, in state: SpoolFolder, id: String) throws(SystemFailure) {
        guard let announcements = try announcements, let result = try self[state].status(of: name.result) else {
            return
        }
        for candidate in [name, name.distinguished(by: id)] {
            guard try announcements.status(of: candidate.result)?.isSameFile(as: result) == true else { continue }
            try announcements.remove(candidate.result)
        }
    }
}
