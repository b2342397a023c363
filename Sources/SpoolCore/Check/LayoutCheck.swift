import SpoolSystem
import SystemPackage

/// Whether all folders are there and are folders.
struct LayoutCheck {
    let root: Folder
    let repairs: Bool
    let report: (Finding) -> Void

    /// - Returns: whether the spool can be opened.
    func run() throws(SystemFailure) -> Bool {
        var isWhole = true
        for folder in SpoolFolder.allCases {
            // Whoever opens the spool makes those that are new.
            if folder.isNew, try root.status(of: folder.name) == nil { continue }
            if try !check(folder.name, in: root, FilePath(folder.rawValue)) { isWhole = false }
        }
        // The marker was read from it.
        guard let control = try? root.folder(SpoolFolder.control.name) else { return false }
        if try !check(WorkerLease.folder, in: control, .of(.control, WorkerLease.folder)) { isWhole = false }
        return isWhole
    }

    private func check(
        _ name: FilePath.Component, in parent: Folder, _ path: FilePath
    ) throws(SystemFailure) -> Bool {
        guard let status = try parent.status(of: name) else { return make(name, in: parent, path) }
        guard status.kind == .folder else {
            report(
                Finding(
                    .notAFolder, path,
                    "is a \(status.kind.rawValue), not a folder, so no worker serves the spool; put a folder in its place, "
                        + "or mount one there"))
            return false
        }
        do throws(SystemFailure) {
            _ = try parent.folder(name)
            return true
        } catch {
            report(Finding(.folderAccess, path, "\(error); let the user of the workers and yourself in"))
            return false
        }
    }

    private func make(_ name: FilePath.Component, in parent: Folder, _ path: FilePath) -> Bool {
        var finding = Finding(
            .folderMissing, path,
            "is missing, so no worker serves the spool; if no disk should be mounted there, --repair makes it")
        if repairs {
            do throws(SystemFailure) {
                try parent.makeFolder(name)
                try parent.synchronize()
                finding.repaired = true
            } catch {
                finding.message += "; this failed: \(error)"
            }
        }
        report(finding)
        return finding.repaired
    }
}
