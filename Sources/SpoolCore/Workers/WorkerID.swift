import Glibc
package import SpoolSystem
import SystemPackage

extension ResultDocument.Worker {
    /// This process as a worker: `HOST-PID-RANDOM`, so that an operator sees whose it is, and a process id that comes
    /// again in a new container is still another worker.
    package static func current(on host: HostIdentity, version: String) -> ResultDocument.Worker {
        let plain = host.name.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "-")
                ? Character(scalar) : "-"
        }
        let random = String(UInt32.random(in: 0..<36 * 36 * 36 * 36), radix: 36)
        let id = "\(String(plain.prefix(40)))-\(getpid())-\(random)"
        return ResultDocument.Worker(id: id, host: host.name, pid: Int(getpid()), version: version)
    }
}

/// A worker's id, and the names that follow from it.
struct WorkerName {
    let id: String
    let folder: FilePath.Component
    let lease: FilePath.Component

    /// - Parameter id: not empty and without a slash: a worker's own, or the name of a file.
    init(_ id: String) {
        self.id = id
        folder = FilePath.Component(id)!
        lease = FilePath.Component("\(id).json")!
    }

    /// - Returns: nil for names that are no lease's.
    init?(lease name: FilePath.Component) {
        guard !name.isHidden, name.extension == "json" else { return nil }
        self.init(name.stem)
        // Bytes that are no text do not come back.
        guard lease == name else { return nil }
    }
}
