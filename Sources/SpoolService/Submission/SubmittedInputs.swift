import SpoolCore
import SpoolSystem
import SystemPackage

/// How images get to where a worker may read them.
struct SubmittedInputs {
    private let spool: Spool
    /// Absolute; relative paths of jobs begin in the first. With where each really lies.
    private let roots: [(path: FilePath, canonical: FilePath?)]
    /// What the paths of copies begin with: nothing if the spool's own `input` is the first root, its path if it is another;
    /// nil if it is none.
    private let copyPrefix: FilePath?

    init(_ configuration: WorkerConfiguration, of spool: Spool) {
        self.spool = spool
        let input = configuration.spool.appending(SpoolFolder.input.name)
        let paths = configuration.inputRoots.isEmpty ? [input] : configuration.inputRoots
        roots = paths.map { ($0, $0.canonical) }
        let index = roots.firstIndex { $0.canonical == input.canonical }
        copyPrefix = index.map { $0 == 0 ? FilePath() : paths[$0] }
    }

    /// - Returns: where the image really lies, and its status.
    /// - Throws: for what is not a file that can be read.
    func look(at image: FilePath) throws -> (path: FilePath, status: FileStatus) {
        guard let actual = image.canonical else { throw UsageError("\(image.printable): \(Errno.last)") }
        guard let name = actual.lastComponent,
            case let status = try Folder(at: actual.removingLastComponent()).file(name).status(),
            status.kind == .regular
        else { throw UsageError("\(image.printable) is not a file") }
        return (actual, status)
    }

    /// - Throws: for an image that no worker may read, and that cannot be copied to where one may.
    func check(_ image: FilePath) throws {
        guard try path(of: look(at: image).path) == nil, copyPrefix == nil else { return }
        let paths = roots.map(\.path.printable).joined(separator: ", ")
        throw UsageError(
            "\(image.printable) lies outside the input roots (\(paths)), and the spool's own input/, which takes copies, is none "
                + "of them; move the image into one of them, or add input/ to input-roots")
    }

    /// - Parameter image: where it really lies.
    /// - Returns: what to write into the job: relative to the first root for an image that lies there, absolute for one in
    ///   another root; nil for one that lies elsewhere.
    func path(of image: FilePath) throws -> String? {
        for (index, root) in roots.enumerated() {
            guard let canonical = root.canonical, image.starts(with: canonical) else { continue }
            var relative = image
            _ = relative.removePrefix(canonical)
            guard let text = String(validating: index == 0 ? relative : root.path.pushing(relative)) else {
                throw UsageError.notText(image)
            }
            return text
        }
        return nil
    }

    /// Drops a job with a copy of its image, which is the job's own and is removed with it.
    /// - Parameter image: where it really lies.
    func submit(_ job: Job, as name: JobName, copying image: FilePath) throws {
        guard let file = image.lastComponent, let copyPrefix else {
            throw UsageError("\(image.printable) cannot be copied into the spool's input/")
        }
        let content = try Folder(at: image.removingLastComponent()).file(file)
        let source = try newSource(for: name, pathExtension: image.extension ?? "")
        try source.write(contentOf: content)
        guard let path = String(validating: copyPrefix.pushing(FilePath(source.path))) else {
            throw UsageError.notText(copyPrefix)
        }
        try source.submit(job, readAt: path)
    }

    private func newSource(for job: JobName, pathExtension: String) throws -> SourceImage {
        do throws(SystemFailure) {
            return try spool.newSource(for: job, pathExtension: pathExtension)
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            throw SpoolError(
                .system, error.path,
                "\(error); workers of an older version made no such folder: spool-worker init \(spool.path.printable)",
                underlying: error)
        }
    }
}
