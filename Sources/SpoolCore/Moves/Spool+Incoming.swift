import SpoolSystem
import SystemPackage

extension Spool {
    /// Renames a job into `incoming`, where producers may make the same name at any moment and a rename that replaces
    /// would lose one of the two jobs. Where the file system cannot rename exclusively, the job gets its id into its name,
    /// which nobody else makes.
    /// - Parameters:
    ///   - file: its name in `folder`.
    ///   - prepare: called before the job gets another name than `name`, with that.
    /// - Returns: the name that the job has now.
    /// - Throws: `fileExists` if the name is taken.
    func putIntoIncoming(
        _ file: FilePath.Component, from folder: Folder, as name: JobName, id: String,
        prepare: (JobName) throws(SystemFailure) -> Void = { _ in }
    ) throws(SystemFailure) -> JobName {
        do throws(SystemFailure) {
            try folder.move(file, to: self[.incoming], exclusivelyAs: name.file)
            return name
        } catch  where error.errno == .notSupported {
            let unique = name.distinguished(by: id)
            try prepare(unique)
            try folder.move(file, to: self[.incoming], as: unique.file)
            return unique
        }
    }
}
