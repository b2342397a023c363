import SpoolCore
import SpoolSystem
import SystemPackage

/// What lies under a job's name.
struct JobReading: Sendable {
    /// What it means.
    enum Content: Sendable {
        /// A whole job.
        case job(Job)
        /// Whole, and wrong; with the producer's own data as far as it could be read.
        case wrong(JobError, metadata: JSONValue?)
        /// Not a JSON object (yet): a writer may still be at work.
        case unfinished(JobError)
    }

    var status: FileStatus
    var content: Content
    /// What was read, to tell later whether the file has changed since.
    private var bytes: [UInt8]

    /// Reads what has this name in `folder`.
    /// - Returns: nil if there is nothing.
    init?(_ name: FilePath.Component, in folder: Folder, limit: Int) throws(SystemFailure) {
        guard let status = try folder.status(of: name) else { return nil }
        self.status = status
        bytes = []
        guard status.kind == .regular else {
            content = .wrong(
                JobError(.jobNotAFile, "the job is a \(status.kind.rawValue), not a file; drop a JSON file"),
                metadata: nil)
            return
        }
        do throws(SystemFailure) {
            let file = try folder.file(name)
            self.status = try file.status()
            bytes = try file.read(upTo: limit + 1)
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory: return nil
            case .permissionDenied:
                // `install` and some archivers open a file up only when it is whole.
                content = .unfinished(
                    JobError(.jobUnreadable, "the worker may not read the job file; check its owner and permissions"))
                return
            default: throw error
            }
        }
        guard bytes.count <= limit else {
            content = .wrong(
                JobError(
                    .jobTooLarge, "the job file has more than the limit of \(limit) bytes (limits.job-bytes)"),
                metadata: nil)
            return
        }
        content = Self.read(bytes)
    }

    /// Whether both readings found the same file with the same content.
    func isSame(as other: JobReading) -> Bool { status.isSameFile(as: other.status) && bytes == other.bytes }

    private static func read(_ bytes: [UInt8]) -> Content {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            return .unfinished(JobError(.jobSyntax, "the job file is no JSON: \(error)"))
        }
        do {
            return .job(try Job(json: json))
        } catch {
            // A whole object is complete by construction; anything else might still grow into one.
            return json.object == nil ? .unfinished(error) : .wrong(error, metadata: json["metadata"])
        }
    }
}
