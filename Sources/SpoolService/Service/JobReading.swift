import SpoolCore
import SpoolSystem
import SystemPackage

/// What a worker takes for a job.
struct JobLimits: Sendable, Equatable {
    /// The largest job file, in bytes.
    var jobBytes: Int
    /// The largest metadata, in bytes of JSON without indentation, as results have it.
    var metadataBytes: Int
    /// The numbers of the users whose job files are taken; nil for all users.
    var owners: Set<UInt32>?
}

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
    /// Open for another look; nil for what is no file or may not be read.
    private var file: OpenFile?

    /// Reads what has this name in `folder`.
    /// - Returns: nil if there is nothing.
    init?(_ name: FilePath.Component, in folder: Folder, limits: JobLimits) throws(SystemFailure) {
        do throws(SystemFailure) {
            let file = try folder.file(name)
            let status = try file.status()
            guard status.kind == .regular else {
                self = .noFile(status)
                return
            }
            guard limits.owners?.contains(status.owner) ?? true else {
                self = .foreign(status)
                return
            }
            let bytes = try file.read(upTo: limits.jobBytes + 1, expecting: Int(status.size))
            self = JobReading(status: status, content: Self.read(bytes, limits: limits), bytes: bytes, file: file)
        } catch {
            // What cannot be opened at all may be something else than a file.
            guard error.errno != .noSuchFileOrDirectory, let status = try folder.status(of: name) else { return nil }
            if status.kind != .regular {
                self = .noFile(status)
            } else if error.errno == .permissionDenied {
                // `install` and some archivers open a file up only when it is whole.
                let reason = JobError(
                    .jobUnreadable, "the worker may not read the job file; check its owner and permissions")
                self = JobReading(status: status, content: .unfinished(reason), bytes: [], file: nil)
            } else {
                throw error
            }
        }
    }

    private init(status: FileStatus, content: Content, bytes: [UInt8], file: OpenFile?) {
        self.status = status
        self.content = content
        self.bytes = bytes
        self.file = file
    }

    private static func noFile(_ status: FileStatus) -> JobReading {
        let reason = JobError(.jobNotAFile, "the job is a \(status.kind.rawValue), not a file; drop a JSON file")
        return JobReading(status: status, content: .wrong(reason, metadata: nil), bytes: [], file: nil)
    }

    private static func foreign(_ status: FileStatus) -> JobReading {
        let reason = JobError(
            .jobOwnerNotAllowed,
            "the job file belongs to the user with the number \(status.owner), whose jobs are not taken; have the operator "
                + "add that user to owners")
        return JobReading(status: status, content: .wrong(reason, metadata: nil), bytes: [], file: nil)
    }

    /// Reads the job again after it was moved to `folder`: if it is the same file, only to see that it has not changed.
    func again(as name: FilePath.Component, in folder: Folder, limits: JobLimits) throws(SystemFailure) -> JobReading? {
        guard let file, let now = try folder.status(of: name), now.isSameFile(as: status),
            try file.read(upTo: limits.jobBytes + 1, expecting: Int(now.size)) == bytes
        else { return try JobReading(name, in: folder, limits: limits) }
        var same = self
        same.status = now
        return same
    }

    /// Whether both readings found the same file with the same content.
    func isSame(as other: JobReading) -> Bool { status.isSameFile(as: other.status) && bytes == other.bytes }

    /// Whether it is an empty file that nobody else has open, so that no content can come any more.
    var isUnusedFile: Bool { status.kind == .regular && bytes.isEmpty && file?.isOpenHereAlone ?? false }

    private static func read(_ bytes: [UInt8], limits: JobLimits) -> Content {
        guard bytes.count <= limits.jobBytes else {
            return .wrong(
                JobError(
                    .jobTooLarge,
                    "the job file is larger than the limit of \(ByteSize(limits.jobBytes)) (limits.job-bytes)"),
                metadata: nil)
        }
        guard !bytes.isEmpty else { return .unfinished(JobError(.jobSyntax, "the job file is empty")) }
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            return .unfinished(JobError(.jobSyntax, "the job file is not JSON: \(error)"))
        }
        let metadata = json["metadata"]
        // Of any job, also of one that is wrong: its result has the metadata, too.
        if let size = metadata?.bytes(indented: false).count, size > limits.metadataBytes {
            return .wrong(
                JobError(
                    .jobTooLarge,
                    "metadata has \(ByteSize(size)) without indentation, more than the limit of "
                        + "\(ByteSize(limits.metadataBytes)) (limits.metadata-bytes); keep the data elsewhere and put "
                        + "its name there"), metadata: nil)
        }
        do {
            return .job(try Job(json: json))
        } catch {
            // A whole object is complete by construction; anything else might still grow into one.
            return json.object == nil ? .unfinished(error) : .wrong(error, metadata: metadata)
        }
    }
}
