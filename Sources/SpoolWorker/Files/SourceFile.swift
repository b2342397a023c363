import SpoolCore
import SpoolSystem
import SystemPackage

/// Opens a job's source inside the allowed roots.
struct SourceFile {
    static func open(_ path: String, in roots: Roots, limit: Int) throws(JobError) -> OpenFile {
        let name = path.shown
        guard let (root, relative) = roots.resolve(path) else {
            throw JobError(
                .inputNotAllowed,
                "input \(name) lies outside the allowed roots (\(roots.description)); put the image "
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
            throw JobError(.inputNotAFile, "input \(name) is a \(status.kind.rawValue), not an image file")
        }
        guard status.size <= limit else {
            throw JobError(
                .inputTooLarge,
                "input \(name) has \(ByteSize(status.size)), more than the limit of \(ByteSize(limit)) (limits.input-bytes)"
            )
        }
        return file
    }

    private static func failure(_ failure: SystemFailure, name: String, root: Folder) -> JobError {
        if failure.isStarvation { return .starved("input \(name)", failure) }
        return switch failure.errno {
        case .noSuchFileOrDirectory, .notDirectory:
            JobError(.inputNotFound, "input \(name) does not exist in \(root.path.printable)")
        case .improperLink, .tooManySymbolicLinkLevels:
            JobError(
                .inputNotAllowed, "input \(name) leads out of \(root.path.printable), by \"..\" or a symbolic link")
        case .permissionDenied:
            JobError(.inputUnreadable, "input \(name) may not be read by the worker; check its permissions")
        case .fileNameTooLong: JobError(.inputNotFound, "input \(name) has a name that is too long")
        case .noSuchAddressOrDevice, .operationNotSupportedByDevice:
            JobError(.inputNotAFile, "input \(name) is a device or socket, not an image file")
        default: JobError(.storageFailed, "input \(name): \(failure)")
        }
    }
}
