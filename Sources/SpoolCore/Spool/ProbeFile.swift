package import SpoolSystem
package import SystemPackage

/// The names of empty hidden files that are made to see how a folder behaves. One that stays was left by a process that
/// was killed in between.
package enum ProbeFile {
    private static let prefix = ".probe-"

    /// Of a worker; what is left of it goes with the worker.
    package static func name(of worker: String) -> FilePath.Component {
        // WorkerID makes ids of plain characters only.
        FilePath.Component("\(prefix)\(worker)")!
    }

    /// Of a process that is no worker.
    package static func newName() -> FilePath.Component {
        // Digits, letters and dashes.
        FilePath.Component("\(prefix)\(UniqueID())")!
    }

    /// What time it is for a folder's file system, by a file that is made for that and removed.
    /// - Returns: nanoseconds since 1970; nil if no file can be made, of which others find and say the reason.
    package static func time(in folder: Folder, by name: FilePath.Component) -> Int64? {
        do throws(SystemFailure) {
            let changed = try folder.create(name).status().changed
            try folder.remove(name)
            return changed
        } catch {
            // A file that stayed would keep every later probe of this name from being made.
            try? folder.remove(name)
            return nil
        }
    }

    static func isProbe(_ name: FilePath.Component) -> Bool { name.string.hasPrefix(prefix) }
}
