import SpoolCore
import SpoolSystem
import SystemPackage

/// What one call of `submit` is to drop. All images are looked at before anything is copied or dropped: a mistake must not
/// leave half a batch behind.
struct SubmissionPlan {
    private(set) var images: [SubmittedImage]
    let pattern: RenditionPattern
    let inputs: SubmittedInputs

    /// - Throws: for the first image of which no job can be made, and for two whose renditions would be one file.
    init(
        _ paths: [FilePath], base: BaseFolder?, pattern: RenditionPattern, inputs: SubmittedInputs
    ) throws {
        self.pattern = pattern
        self.inputs = inputs
        images = []
        images.reserveCapacity(paths.count)
        var owners: [FilePath: FilePath] = [:]
        for path in paths {
            let image = try SubmittedImage(path, base: base)
            try inputs.check(path)
            let renditions = try pattern.renditions(for: image)
            try Self.check(renditions, of: path)
            for rendition in renditions {
                let file = FilePath(rendition.path).lexicallyNormalized()
                guard let owner = owners.updateValue(path, forKey: file) else { continue }
                throw UsageError(
                    "\(owner.printable) and \(path.printable) would both become \(rendition.path); keep their folders by "
                        + "--base with {dir} in --output, put {name} into --output, or submit them one by one with different "
                        + "--output")
            }
            images.append(image)
        }
    }

    /// As the worker will read the job.
    private static func check(_ renditions: [Rendition], of image: FilePath) throws(UsageError) {
        do throws(JobError) {
            _ = try Job(json: Job(input: Input(path: "image"), renditions: renditions).json)
        } catch {
            throw UsageError("\(image.printable): \(error.message)")
        }
    }

    /// Leaves out the images whose renditions are all there and not older than the image, as make(1) judges: by the times of
    /// the last change, not by how a rendition was made.
    /// - Returns: how many.
    mutating func leaveOutExisting(in root: FilePath) throws -> Int {
        let all = images.count
        images = try images.filter { image in
            let source = try inputs.look(at: image.path).status
            return try !pattern.renditions(for: image).allSatisfy { rendition in
                let file = try Self.status(of: root.pushing(FilePath(rendition.path)))
                return file.map { $0.kind == .regular && $0.modified >= source.modified } ?? false
            }
        }
        return all - images.count
    }

    private static func status(of file: FilePath) throws(SystemFailure) -> FileStatus? {
        guard let name = file.lastComponent else { return nil }
        do throws(SystemFailure) {
            return try Folder(at: file.removingLastComponent()).status(of: name)
        } catch  where error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
            return nil
        }
    }

    /// To make renditions anew is usual, so this is no mistake; but the file may be another image's of the same name.
    /// - Returns: a line for a person, or nil if nothing is replaced.
    func replaced(by images: [SubmittedImage], in root: FilePath) throws(UsageError) -> String? {
        var count = 0
        var example: String?
        for image in images {
            for rendition in try pattern.renditions(for: image)
            where root.pushing(FilePath(rendition.path)).canonical != nil {
                count += 1
                example = example ?? FilePath(rendition.path).printable
            }
        }
        return example.map {
            count == 1
                ? "\($0) is there already and will be replaced"
                : "\(count) files are there already and will be replaced, such as \($0)"
        }
    }
}
