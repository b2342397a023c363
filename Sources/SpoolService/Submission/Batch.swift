import SpoolCore
import SpoolSystem
import SystemPackage

/// A name for all that some calls of `submit` are to drop together, each job once.
struct Batch {
    let name: String

    private static let maximumBytes = 64

    /// - Throws: for what cannot begin the name of a job.
    init(_ name: String) throws(UsageError) {
        guard (1...Self.maximumBytes).contains(name.utf8.count), name.first != ".",
            !name.utf8.contains(UInt8(ascii: "/"))
        else {
            throw UsageError(
                "--batch takes a name of 1 to \(Self.maximumBytes) bytes without a slash and without a dot at its beginning, not "
                    + "\(name.shown)")
        }
        self.name = name
    }

    /// The name of the job, the same as long as batch, image and renditions are. An image that has changed is another one, so
    /// that its renditions are made anew.
    /// - Parameters:
    ///   - path: the image's, without links.
    ///   - status: the image's.
    func job(
        of image: SubmittedImage, at path: FilePath, _ status: FileStatus, _ renditions: [Rendition]
    ) -> JobName {
        var content = Array("\(name)\0\(status.size) \(status.modified)\0".utf8)
        for component in path.components { content += component.bytes + [UInt8(ascii: "/")] }
        content += Job(input: Input(path: ""), renditions: renditions).json.bytes(indented: false)
        return JobName(stem: "\(name)-\(image.name)", hashOf: content)
    }
}

/// The jobs of a batch that the spool had already.
struct KnownJobs {
    private var counts: [SpoolFolder: Int] = [:]

    mutating func add(_ state: SpoolFolder) { counts[state, default: 0] += 1 }

    /// - Parameter dropped: how many were dropped beside them.
    func line(of batch: Batch, dropped: Int) -> String {
        let known = counts.values.reduce(0, +)
        let groups =
            [
                ("done", [.done]), ("under way", [.processing]), ("waiting", [.incoming, .retry]), ("held", [.hold]),
                ("failed", [.failed]),
            ] as [(String, [SpoolFolder])]
        let parts = groups.compactMap { (word, states) in
            let count = states.reduce(0) { $0 + (counts[$1] ?? 0) }
            return count > 0 ? "\(count) \(word)" : nil
        }
        return "batch \(batch.name.shown): \(dropped) jobs dropped, \(known) were in the spool already"
            + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
            + (counts[.failed] == nil ? "" : "; to try those that failed again: spool-worker retry")
    }
}
