import SpoolSystem
import Synchronization
import SystemPackage

/// The records of attempts in a worker's claim folder, one beside each job.
///
/// A record lives as long as a job's turn, so files that are not needed any more are kept, open and under hidden names,
/// and written anew: making and removing one for every job costs more than all its other moves.
final class AttemptRecords: Sendable {
    private struct RecordFile {
        var name: FilePath.Component
        var file: OpenFile
        /// Bytes.
        var length: Int
    }

    private struct Files {
        var spare: [RecordFile] = []
        var inUse: [FilePath.Component: RecordFile] = [:]
        var made = 0
    }

    private let claims: Folder
    private let files = Mutex(Files())

    init(in claims: Folder) { self.claims = claims }

    private static let prefix = ".record-"
    private static let inodeKey = "inode"

    /// A record tells of which file it is. It is not flushed, and its own file has told of other jobs before: after a power
    /// cut an older content can stand under a new job's name.
    static func content(_ document: ResultDocument, of file: FileStatus) -> [UInt8] {
        var object = document.json.object ?? JSONObject()
        object[inodeKey] = .number(Int(bitPattern: UInt(file.inode)))
        return ResultDocument.content(.object(object))
    }

    /// The record beside a job in a worker's claim folder, or nil if there is none that tells of this very job.
    static func read(of job: JobName, in claims: Folder) throws(SystemFailure) -> ResultDocument? {
        guard case .document(let document) = try reading(of: job, in: claims) else { return nil }
        return document
    }

    /// The same. A record that a power cut has torn or made another job's is missing; one that tells of this job, but in
    /// the words of another version, is unreadable.
    static func reading(of job: JobName, in claims: Folder) throws(SystemFailure) -> ResultDocument.Reading {
        let content = try Spool.existing { () throws(SystemFailure) in
            try claims.file(job.result).read(upTo: ResultDocument.maximumBytes)
        }
        guard let content, let file = try claims.status(of: job.file), let json = try? JSONValue(parsing: content),
            json[inodeKey]?.int == Int(bitPattern: UInt(file.inode))
        else { return .missing }
        do throws(UnreadableResult) {
            return .document(try ResultDocument(json, of: claims.path.appending(job.result)))
        } catch {
            return .unreadable(error)
        }
    }

    /// Puts a record in place, in one step; one of this name is replaced. It is not flushed.
    func write(_ content: [UInt8], as name: FilePath.Component) throws(SystemFailure) {
        var record = try takeSpare()
        do throws(SystemFailure) {
            try record.file.overwrite(content)
            if content.count < record.length { try record.file.cut(to: content.count) }
            record.length = content.count
            try claims.move(record.name, to: claims, replacing: name)
        } catch {
            // It may have any length now, and serves the next try.
            record.length = .max
            files.withLock { $0.spare.append(record) }
            throw error
        }
        // The file of the record that was replaced is gone.
        files.withLock { $0.inUse[name] = record }
    }

    private func takeSpare() throws(SystemFailure) -> RecordFile {
        if let spare = files.withLock({ $0.spare.popLast() }) { return spare }
        let name = newName()
        return RecordFile(name: name, file: try claims.create(name), length: 0)
    }

    /// Takes a record away, if there is one, and keeps its file for the next.
    func retire(_ name: FilePath.Component) throws(SystemFailure) {
        guard let record = files.withLock({ $0.inUse.removeValue(forKey: name) }) else {
            return try claims.remove(name)
        }
        do throws(SystemFailure) {
            try claims.move(name, to: claims, replacing: record.name)
        } catch  where error.errno == .noSuchFileOrDirectory {
            // Whoever has taken the job over has removed it.
            return
        }
        files.withLock { $0.spare.append(record) }
    }

    /// Lets go of a record that has become something else, or that somebody else has removed.
    func forget(_ name: FilePath.Component) { files.withLock { $0.inUse[name] = nil } }

    private func newName() -> FilePath.Component {
        let number = files.withLock { files in
            files.made += 1
            return files.made
        }
        return FilePath.Component("\(Self.prefix)\(number)")!
    }

    /// Removes the files that are kept in a worker's claim folder, which may be a dead one's.
    static func removeSpares(in claims: Folder) throws(SystemFailure) {
        var listing = try claims.listing()
        while let name = try listing.next() {
            if name.string.hasPrefix(prefix) { try claims.remove(name) }
        }
    }
}
