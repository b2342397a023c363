import SpoolSystem
import Synchronization
import SystemPackage

/// A new source image of a producer, for one job: written part by part, then submitted with the job.
///
/// ```swift
/// let source = try spool.newSource(named: "cat", pathExtension: "jpg")
/// for try await part in body { try source.write(part) }
/// let name = try source.submit(
///     Job(input: Input(path: source.path), renditions: [Rendition(path: "\(source.id).webp", format: .webp)]))
/// ```
///
/// The source has a hidden temporary name until then. It is removed with the last reference if it was not submitted; what a
/// process leaves that is killed, `.source.ID.tmp` in `input/.jobs`, is removed after an hour.
///
/// The source belongs to the job: a worker removes it when the job is done. While the job may be tried again it stays.
public final class SourceImage: Sendable {
    /// Unique: it tells the job, the source and the renditions of one submission from all others.
    public let id: UniqueID
    /// The name that the job gets.
    public let job: JobName
    /// Where the source is when it has been submitted, relative to the spool's `input` folder.
    public let path: String

    private let spool: Spool
    private let folder: Folder
    private let file: OpenFile
    private let name: FilePath.Component
    private let temporary: FilePath.Component
    private let isPlaced = Mutex(false)

    /// - Parameter isOnly: whether the job can have no other source, so that its name does for the source's.
    fileprivate init(
        in spool: Spool, for job: JobName, id: UniqueID, isOnly: Bool, pathExtension: String
    ) throws(SystemFailure) {
        self.spool = spool
        self.id = id
        self.job = job
        name = OwnImage(of: job, id: isOnly ? nil : id, pathExtension: pathExtension).file
        path = "\(OwnImage.folder.string)/\(name.string)"
        // Digits, letters and dashes.
        temporary = FilePath.Component("\(Self.prefix)\(id)\(Self.suffix)")!
        folder = try spool.ownImages()
        file = try folder.create(temporary)
    }

    private static let prefix = ".source."
    private static let suffix = ".tmp"

    static func isTemporary(_ name: FilePath.Component) -> Bool {
        name.string.hasPrefix(prefix) && name.string.hasSuffix(suffix)
    }

    deinit {
        // Hidden, so nobody takes it for an image if it stays.
        if !isPlaced.withLock({ $0 }) { try? folder.remove(temporary) }
    }

    /// Appends bytes; blocks until the file system has taken them. One call at a time.
    public func write(_ bytes: [UInt8]) throws(SystemFailure) { try file.write(bytes) }

    /// Appends the whole content of a file; blocks like ``write(_:)``.
    package func write(contentOf image: OpenFile) throws(SystemFailure) { try file.writeContent(of: image) }

    /// Submits the job and its source: the source is flushed and gets its name, then the job is dropped, so that a worker
    /// sees both or neither, also after a power cut. Blocks on the disk. To be called once.
    /// - Parameter job: its input is this source, whatever path it names.
    /// - Returns: ``job``.
    /// - Throws: what the file system refused, such as a full disk. Then there is neither job nor source.
    @discardableResult
    public func submit(_ job: Job) throws(SystemFailure) -> JobName { try submit(job, readAt: path) }

    /// - Parameter path: the source's, as the workers' input roots have it.
    @discardableResult
    package func submit(_ job: Job, readAt path: String) throws(SystemFailure) -> JobName {
        var job = job
        job.input.path = path
        try file.synchronize()
        try folder.move(temporary, to: folder, as: name)
        isPlaced.withLock { $0 = true }
        do throws(SystemFailure) {
            try folder.synchronize()
            return try spool.submit(job, as: self.job)
        } catch {
            // What failed is what counts.
            try? folder.remove(name)
            throw error
        }
    }
}

extension Spool {
    /// Begins a source image in the spool's `input` folder, which must be the workers' first input root.
    /// - Parameters:
    ///   - stem: how the names of source and job begin; a unique id follows.
    ///   - pathExtension: for people; the worker looks at the content.
    public func newSource(
        named stem: String = "job", pathExtension: String = ""
    ) throws(SystemFailure) -> SourceImage {
        let id = UniqueID()
        return try SourceImage(
            in: self, for: JobName(stem: stem, id: id), id: id, isOnly: true, pathExtension: pathExtension)
    }

    /// Begins a source image for a job whose name was chosen.
    package func newSource(for job: JobName, pathExtension: String) throws(SystemFailure) -> SourceImage {
        try SourceImage(in: self, for: job, id: UniqueID(), isOnly: false, pathExtension: pathExtension)
    }

    /// Submits a job with its source image.
    /// - Parameters:
    ///   - job: what to make of the source.
    ///   - image: the source's bytes; the job's input is this source, whatever path it names.
    ///   - stem: how the names of source and job begin; a unique id follows.
    ///   - pathExtension: for people; the worker looks at the content.
    /// - Returns: the job's name, for ``result(of:)``.
    public func submit(
        _ job: Job, image: [UInt8], named stem: String = "job", pathExtension: String = ""
    ) throws(SystemFailure) -> JobName {
        let source = try newSource(named: stem, pathExtension: pathExtension)
        try source.write(image)
        return try source.submit(job)
    }
}
