import SpoolCore
import SpoolSystem
import SystemPackage

/// Opens a job's source, and the pictures that it lays over renditions, inside the allowed roots.
struct SourceFile {
    /// - Parameter noun: for messages.
    static func open(
        _ path: String, in roots: Roots, limit: Int, as noun: String = "input"
    ) throws(JobError) -> OpenFile {
        let name = "\(noun) \(path.shown)"
        guard let (root, relative) = roots.resolve(path) else {
            throw JobError(
                .inputNotAllowed,
                "\(name) lies outside the allowed roots (\(roots.description)); put the image "
                    + "there, or have the operator add its folder to input-roots")
        }
        let file: OpenFile
        let status: FileStatus
        do throws(SystemFailure) {
            file = try root.file(beneath: relative)
            status = try file.status()
        } catch {
            throw failure(error, name: name, root: root)
        }
        guard status.kind == .regular else {
            throw JobError(.inputNotAFile, "\(name) is a \(status.kind.rawValue), not an image file")
        }
        guard status.size <= limit else {
            throw JobError(
                .inputTooLarge,
                "\(name) has \(ByteSize(status.size)), more than the limit of \(ByteSize(limit)) (limits.input-bytes)"
            )
        }
        return file
    }

    private static func failure(_ failure: SystemFailure, name: String, root: Folder) -> JobError {
        if failure.isStarvation { return .starved("\(name)", failure) }
        return switch failure.errno {
        case .noSuchFileOrDirectory, .notDirectory:
            JobError(.inputNotFound, "\(name) does not exist in \(root.path.printable)")
        case .improperLink, .tooManySymbolicLinkLevels:
            JobError(
                .inputNotAllowed, "\(name) leads out of \(root.path.printable), by \"..\" or a symbolic link")
        case .permissionDenied:
            JobError(.inputUnreadable, "\(name) may not be read by the worker; check its permissions")
        case .fileNameTooLong: JobError(.inputNotFound, "\(name) has a name that is too long")
        case .noSuchAddressOrDevice, .operationNotSupportedByDevice:
            JobError(.inputNotAFile, "\(name) is a device or socket, not an image file")
        default: JobError(.storageFailed, "\(name): \(failure)")
        }
    }
}
