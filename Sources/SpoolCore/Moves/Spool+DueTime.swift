package import SpoolSystem
import SystemPackage

extension Spool {
    /// Until when a job in `retry` waits, in nanoseconds since 1970: the modification time of its file. A worker cannot set that
    /// of another user's file. Of such a one the time of the document beside it counts, unless somebody has touched the file
    /// since, who means now.
    /// - Parameter file: the job's.
    package func dueTime(of name: JobName, _ file: FileStatus) throws(SystemFailure) -> Int64 {
        guard !file.isOwn, let document = try self[.retry].status(of: name.result), file.modified <= document.changed
        else {
            return file.modified
        }
        return document.modified
    }
}
