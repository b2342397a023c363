import SpoolSystem
import SystemPackage

/// What all checks of one round share.
struct CheckRound {
    let spool: Spool
    /// Not without a clock that tells how old files are.
    let repairs: Bool
    let clock: SpoolClock
    let report: (Finding) -> Void

    func find(_ code: FindingCode, _ path: FilePath, _ message: String) {
        report(Finding(code, path, message))
    }

    /// Reports what can be mended, and mends it if that is wanted.
    /// - Parameters:
    ///   - isSafe: whether nobody can need any more what the mending takes away.
    ///   - mend: returns false if there is something else by now.
    func find(
        _ code: FindingCode, _ path: FilePath, _ message: String, isSafe: Bool,
        mend: () throws(SystemFailure) -> Bool
    ) {
        var finding = Finding(code, path, message)
        if repairs && isSafe {
            do throws(SystemFailure) {
                guard try mend() else { return }
                finding.repaired = true
            } catch {
                finding.message += "; this failed: \(error)"
            }
        }
        report(finding)
    }

    /// Looks at one place. Where this user may not look, that is a finding; what is gone by now is none.
    /// - Parameter path: made for a finding only; to make a path for each of a million names takes longer than to look.
    func looking(
        at path: @autoclosure () -> FilePath, _ look: () throws(SystemFailure) -> Void
    ) throws(SystemFailure) {
        do throws(SystemFailure) {
            try look()
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory, .staleNFSFileHandle: return
            case .tooManyOpenFiles,
                _ where error.isOfUnreadableFile:
                find(.notChecked, path(), "could not be looked at: \(error); check as the user of the workers")
            default: throw error
            }
        }
    }

    /// The claim folders there are now, as many as workers; those that this user may not open are left out.
    func claimFolders() throws(SystemFailure) -> [Folder] {
        var folders: [Folder] = []
        var listing = try spool[.processing].listing()
        while let name = try listing.next() {
            guard try spool[.processing].status(of: name)?.kind == .folder else { continue }
            try looking(at: .of(.processing, name)) { () throws(SystemFailure) in
                folders.append(try spool[.processing].folder(name))
            }
        }
        return folders
    }
}

extension FilePath {
    /// The place of an entry of a spool's folder.
    static func of(_ folder: SpoolFolder, _ name: FilePath.Component) -> FilePath {
        FilePath(folder.rawValue).appending(name)
    }
}
