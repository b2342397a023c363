import SpoolSystem
import SystemPackage

/// An image that belongs to one job and is removed with it: `input/.jobs/JOB.json.SUFFIX`, by the job's own name.
///
/// The name alone decides whose image it is, never what a job says, so that no job can have another's image removed.
package struct OwnImage {
    /// Inside the spool's `input`.
    static let folder: FilePath.Component = ".jobs"

    let file: FilePath.Component
    let job: JobName

    /// Reads the name of a file in that folder.
    /// - Returns: nil for a name of no job's image.
    init?(_ file: FilePath.Component) {
        let bytes = file.bytes
        // The job's name ends with the last one that something follows.
        guard let begin = bytes.indices.last(where: { bytes[$0...].starts(with: Self.separator) }),
            case let end = begin + Self.separator.count, end < bytes.count,
            let job = FilePath.Component(bytes: Array(bytes[..<(end - 1)])).flatMap({ JobName($0) })
        else { return nil }
        self.file = file
        self.job = job
    }

    /// Reads a path as jobs have it.
    /// - Returns: nil for a path of no job's image.
    init?(path: String) {
        let path = FilePath(path)
        guard path.removingLastComponent().lastComponent == Self.folder, let name = path.lastComponent else {
            return nil
        }
        self.init(name)
    }

    /// - Parameters:
    ///   - id: tells the image from others of the job; nil if the job can have no other.
    ///   - pathExtension: for people; what is no letter or digit is left out.
    init(of job: JobName, id: UniqueID?, pathExtension: String) {
        let plain = String(pathExtension.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(8))
        let suffix = [id?.description, plain.isEmpty ? nil : plain].compactMap(\.self).joined(separator: ".")
        self.job = job
        // A job's name that fits leaves room for a dot, an id, a dot and eight letters.
        file = FilePath.Component(bytes: job.file.bytes + Array(".\(suffix.isEmpty ? "image" : suffix)".utf8))!
    }

    private static let separator = Array(".json.".utf8)
}

extension Spool {
    /// Where images lie that belong to one job each. A spool of an older version gets the folder from its owner or root.
    /// - Throws: `noSuchFileOrDirectory` if there is none and another user has to make it.
    package func ownImages() throws(SystemFailure) -> Folder {
        do throws(SystemFailure) {
            return try self[.input].folder(OwnImage.folder)
        } catch  where error.errno == .noSuchFileOrDirectory {
            guard try !self[.input].isOfAnotherUser() else { throw error }
            return try self[.input].makeFolderAlike(OwnImage.folder)
        }
    }

    /// Removes the images of its own that a job names, after the job is done for good. What cannot be removed, and what another
    /// job of this name may still need, is left to ``OwnImageSweep``.
    /// - Parameters:
    ///   - name: under which the job was claimed.
    ///   - owner: the user who owns the job's file: nobody can have the image of another user's job removed.
    package func removeOwnImages(of job: Job, as name: JobName, owner: UInt32) throws(SystemFailure) {
        let images = ([job.input.path] + job.renditions.overlayInputs).compactMap { OwnImage(path: $0) }
            .filter { $0.job == name }
        guard !images.isEmpty, try !hasUnfinished(name) else { return }
        let folder = try self[.input].folder(OwnImage.folder)
        for image in images {
            guard let status = try folder.status(of: image.file), status.kind == .regular, status.owner == owner else {
                continue
            }
            _ = try folder.remove(image.file, ifStill: status)
        }
    }

    /// Whether a job of this name waits, is held, runs or has failed.
    func hasUnfinished(_ name: JobName) throws(SystemFailure) -> Bool {
        if try isUnderWay(name) { return true }
        return try self[.failed].status(of: name.file) != nil
    }
}
