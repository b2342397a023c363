import SpoolCore
import SpoolSystem
import SystemPackage

/// An image that a job is to be made of.
struct SubmittedImage {
    /// As it was named.
    var path: FilePath
    /// Its name without extension.
    var name: String
    /// Its folder from the base folder on, `a/b`; empty without a base folder and right inside it.
    var folder: String

    /// - Parameter base: nil if folders do not matter.
    /// - Throws: for a name that is no text, which no job can hold, and for an image that is not below the base folder.
    init(_ path: FilePath, base: BaseFolder?) throws(UsageError) {
        self.path = path
        guard let file = path.lastComponent, file.kind == .regular else {
            throw UsageError("\(path.printable) is not a file")
        }
        guard String(validating: file) != nil else { throw .notText(path) }
        name = file.stem
        folder = try base?.folder(of: path) ?? ""
    }
}

extension UsageError {
    /// JSON holds text alone.
    static func notText(_ path: FilePath) -> UsageError {
        UsageError("\(path.printable): the name is not UTF-8, so no job can hold it; rename the file or its folders")
    }
}

/// The folder from which the folders of images are told: `submit --base`.
struct BaseFolder {
    private let named: FilePath
    private let place: FilePath
    /// Without links.
    private let canonical: FilePath

    init(_ path: FilePath) throws(UsageError) {
        named = path
        do throws(SystemFailure) {
            _ = try Folder(at: path)
        } catch {
            throw UsageError("--base \(path.printable) is not a folder that can be opened: \(error.errno)")
        }
        guard let canonical = path.canonical else {
            throw UsageError("--base \(path.printable) is not a folder that can be opened: \(Errno.last)")
        }
        self.canonical = canonical
        place = path.absolute
    }

    /// Where the image lies by the names that were given, so that a link in the tree is a folder like others; or else where
    /// it really lies.
    func folder(of image: FilePath) throws(UsageError) -> String {
        let parent = image.removingLastComponent()
        // `..` behind a link leads elsewhere than the names say.
        let isPlain = !(image.components + named.components).contains { $0.kind == .parentDirectory }
        if isPlain, let folder = parent.absolute.part(below: place) { return try text(folder, of: image) }
        let actual = parent.isEmpty ? FilePath(".").canonical : parent.canonical
        guard let actual else { throw UsageError("\(image.printable): \(Errno.last)") }
        guard let folder = actual.part(below: canonical) else {
            throw UsageError(
                "\(image.printable) is not below \(named.printable) (--base), so no folder of it can be told; leave it out, or "
                    + "name a folder that has all images")
        }
        return try text(folder, of: image)
    }

    private func text(_ folder: FilePath, of image: FilePath) throws(UsageError) -> String {
        guard let text = String(validating: folder) else { throw .notText(image) }
        return text
    }
}

extension FilePath {
    /// From the root on, without dots.
    fileprivate var absolute: FilePath {
        isAbsolute ? lexicallyNormalized() : (FilePath(".").canonical ?? "/").pushing(self).lexicallyNormalized()
    }

    /// - Returns: nil if it does not lie there; empty if it is the same.
    fileprivate func part(below folder: FilePath) -> FilePath? {
        var rest = self
        return rest.removePrefix(folder) ? rest : nil
    }
}
