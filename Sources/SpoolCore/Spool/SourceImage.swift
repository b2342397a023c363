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
/// The source has a hidden temporary name until then. It is removed with the last reference if it was not submitted; only
/// a process that is killed leaves `.source.ID.tmp` in `input`.
public final class SourceImage: Sendable {
    /// Unique: it tells the job, the source and the renditions of one submission from all others.
    public let id: UniqueID
    /// The name that the job gets.
    public let job: JobName
    /// Where the source is when it has been submitted, relative to the spool's `input` folder.
    public let path: String

    private let spool: Spool
    private let file: OpenFile
    private let name: FilePath.Component
    private let temporary: FilePath.Component
    private let isPlaced = Mutex(false)

    fileprivate init(in spool: Spool, stem: String, pathExtension: String) throws(SystemFailure) {
        self.spool = spool
        id = UniqueID()
        job = JobName(stem: stem, id: id)
        name = job.source(String(pathExtension.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(8)))
        // The stem is text without slash and zero.
        path = name.string
        // Digits, letters and dashes.
        temporary = FilePath.Component(".source.\(id).tmp")!
        file = try spool[.input].create(temporary)
    }

    deinit {
        // Hidden, so nobody takes it for an image if it stays.
        if !isPlaced.withLock({ $0 }) { try? spool[.input].remove(temporary) }
    }

    /// Appends bytes; blocks until the file system has taken them. One call at a time.
    public func write(_ bytes: [UInt8]) throws(SystemFailure) { try file.write(bytes) }

    /// Submits the job and its source: the source is flushed and gets its name, then the job is dropped, so that a worker
    /// sees both or neither, also after a power cut. Blocks on the disk. To be called once.
    /// - Parameter job: its input is this source, whatever path it names.
    /// - Returns: ``job``.
    /// - Throws: what the file system refused, such as a full disk. Then there is neither job nor source.
    @discardableResult
    public func submit(_ job: Job) throws(SystemFailure) -> JobName {
        var job = job
        job.input.path = path
        let folder = spool[.input]
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
        try SourceImage(in: self, stem: stem, pathExtension: pathExtension)
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
