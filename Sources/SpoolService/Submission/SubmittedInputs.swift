import SpoolCore
import SpoolSystem
import SystemPackage

/// Brings images to where a worker may read them.
struct SubmittedInputs {
    /// Absolute; the first takes copies.
    var roots: [FilePath]

    /// - Returns: where the image really lies, and its status.
    /// - Throws: for what is not a file that can be read.
    @discardableResult
    func look(at image: FilePath) throws -> (path: FilePath, status: FileStatus) {
        guard let actual = image.canonical else { throw UsageError("\(image.printable): \(Errno.last)") }
        guard let name = actual.lastComponent,
            case let status = try Folder(at: actual.removingLastComponent()).file(name).status(),
            status.kind == .regular
        else { throw UsageError("\(image.printable) is not a file") }
        return (actual, status)
    }

    /// An image where a worker may read it.
    struct Prepared {
        /// What to write into the job: relative to the first root for an image that lies there or was copied there,
        /// absolute for one in another root.
        var path: String
        fileprivate var copy: (root: Folder, name: FilePath.Component)?

        /// Removes the copy that was made for a job that could not be dropped.
        func discard() {
            // The failure to drop the job is what counts; a copy that stays harms nobody.
            if let copy { try? copy.root.remove(copy.name) }
        }
    }

    func prepare(_ image: FilePath) throws -> Prepared {
        guard let actual = image.canonical else {
            throw UsageError("\(image.printable): \(Errno.last)")
        }
        for (index, root) in roots.enumerated() {
            guard let canonicalRoot = root.canonical, actual.starts(with: canonicalRoot) else { continue }
            var relative = actual
            _ = relative.removePrefix(canonicalRoot)
            return Prepared(path: try text(index == 0 ? relative : root.pushing(relative)))
        }
        return try copy(actual)
    }

    private func copy(_ image: FilePath) throws -> Prepared {
        guard let name = image.lastComponent else { throw UsageError("\(image.printable) is not a file") }
        let source = try Folder(at: image.removingLastComponent()).file(name)
        let root = try Folder(at: roots[0])
        let id = UniqueID().description
        // Cut so that the whole stays a valid name; the end has the extension.
        guard let copyName = FilePath.Component(bytes: Array("\(id)-".utf8) + name.bytes.suffix(200)),
            let temporary = FilePath.Component(".\(id).tmp")
        else { throw UsageError("\(image.printable) has a name that cannot be used") }
        let prepared = Prepared(path: try text(FilePath(root: nil, [copyName])), copy: (root, copyName))
        do {
            let copy = try root.create(temporary)
            try copy.writeContent(of: source)
            try copy.synchronize()
            try root.move(temporary, to: root, as: copyName)
            try root.synchronize()
        } catch {
            // The first failure is what counts; a leftover is hidden.
            try? root.remove(temporary)
            prepared.discard()
            throw error
        }
        return prepared
    }

    private func text(_ path: FilePath) throws(UsageError) -> String {
        guard let text = String(validating: path) else { throw .notText(path) }
        return text
    }
}
