import SpoolSystem
import SystemPackage

/// What the spool's file system can do, as far as only trying tells.
struct FileSystemTraits: Equatable {
    /// Whether a rename can refuse to replace, in one step.
    var renamesExclusively = true
    /// Whether of two who lock a file one is refused.
    var locks = true

    init() {}

    /// Tries it, by hidden files.
    init(of folder: Folder) throws(SystemFailure) {
        let name = ProbeFile.newName()
        var place = name
        let file = try folder.create(name)
        do throws(SystemFailure) {
            let moved = ProbeFile.newName()
            do throws(SystemFailure) {
                try folder.move(name, to: folder, exclusivelyAs: moved)
                place = moved
            } catch  where error.errno == .notSupported {
                renamesExclusively = false
            }
            locks = Self.excludes(file, try folder.file(updating: place))
        } catch {
            // The first failure is the one to tell; the probe is hidden and empty.
            try? folder.remove(place)
            throw error
        }
        try folder.remove(place)
    }

    private static func excludes(_ first: OpenFile, _ second: OpenFile) -> Bool {
        do throws(SystemFailure) {
            guard try first.tryLock() else { return false }
            return try !second.tryLock()
        } catch {
            return false
        }
    }
}
