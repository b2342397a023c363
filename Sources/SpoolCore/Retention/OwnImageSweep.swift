package import SpoolSystem
import SystemPackage

/// Finds images of jobs that are done or gone: those that a crash, a producer that was killed, or `prune` has left.
///
/// An image is left alone as long as it may be needed: until it has been unchanged for an hour, while a job of its name
/// waits, runs or has failed, and while any other job there names it, which one may do that somebody has renamed.
package struct OwnImageSweep {
    /// So many images are judged by one round; it bounds the memory.
    static let batch = 4096

    /// Those that nobody needed in the last round. A job that moves between two folders may be missed by one round.
    private var suspects: Set<FilePath.Component> = []
    private let lead: Duration

    /// - Parameter lead: how much later it is taken to be than it is.
    package init(lead: Duration = .zero) { self.lead = lead }

    /// One round of a worker: removes what nobody needed in the round before, either.
    /// - Returns: how many images were removed.
    package mutating func run(in spool: Spool) throws(SystemFailure) -> Int {
        guard let round = try Round(spool, lead: lead) else { return 0 }
        let left = try round.left(atMost: Self.batch)
        let known = left.filter { suspects.contains($0.key) }
        suspects = Set(left.keys)
        var count = 0
        for (name, status) in try round.unnamed(known) where try round.folder.remove(name, ifStill: status) {
            count += 1
        }
        return count
    }

    /// What is there at one time.
    struct Round {
        let spool: Spool
        let folder: Folder
        private let clock: SpoolClock

        /// - Returns: nil if there is nothing to look at, or nobody can tell how old files are.
        init?(_ spool: Spool, lead: Duration) throws(SystemFailure) {
            let folder = try Spool.existing { () throws(SystemFailure) in
                try spool[.input].folder(OwnImage.folder)
            }
            guard let folder else { return nil }
            self.spool = spool
            self.folder = folder
            clock = SpoolClock(of: folder, lead: lead)
            guard clock.isMeasured else { return nil }
        }

        /// The images whose jobs have ended well, or are in no folder under their names.
        func left(atMost limit: Int) throws(SystemFailure) -> [FilePath.Component: FileStatus] {
            var left: [FilePath.Component: FileStatus] = [:]
            var listing = try folder.listing()
            while left.count < limit, let name = try listing.next() {
                guard let status = try folder.status(of: name), status.kind == .regular, clock.isOld(status),
                    try isLeft(name)
                else { continue }
                left[name] = status
            }
            return left
        }

        private func isLeft(_ name: FilePath.Component) throws(SystemFailure) -> Bool {
            if SourceImage.isTemporary(name) || ProbeFile.isProbe(name) { return true }
            guard let image = OwnImage(name) else { return false }
            // A job that moves between two folders may be missed by one look.
            for _ in 0..<3 where try spool.hasUnfinished(image.job) { return false }
            // A power cut may take back a commit, where the worker does not wait for the disk.
            return try spool[.done].status(of: image.job.file).map(clock.isOld) ?? true
        }

        /// Those that no job names which waits, runs or has failed.
        func unnamed(
            _ images: [FilePath.Component: FileStatus]
        ) throws(SystemFailure) -> [FilePath.Component: FileStatus] {
            var unnamed = images
            for state in SpoolFolder.jobStates where state != .done {
                for (_, folder) in try spool.places(of: state) {
                    var listing = try folder.listing()
                    while !unnamed.isEmpty, let name = try listing.next() {
                        guard JobName(name) != nil else { continue }
                        for image in try NamedImages(in: name, of: folder).among(unnamed.keys) { unnamed[image] = nil }
                    }
                }
            }
            return unnamed
        }
    }
}

/// The images of their own that the file of a job names.
private struct NamedImages {
    /// Larger files are no jobs.
    private static let maximumBytes = 16 << 20

    private var names: Set<FilePath.Component> = []
    /// Of a file that is no JSON (yet).
    private var text: String?

    init(in name: FilePath.Component, of folder: Folder) throws(SystemFailure) {
        let content: [UInt8]?
        do throws(SystemFailure) {
            content = try Spool.existing { () throws(SystemFailure) in
                let file = try folder.file(name)
                // A pipe ends in failed/ like any job that is none, and has nothing to be read.
                return try file.status().kind == .regular ? file.read(upTo: Self.maximumBytes) : []
            }
        } catch  where error.isOfUnreadableFile || error.errno == .noSuchAddressOrDevice {
            // No job that a worker could begin.
            return
        }
        guard let content else { return }
        do throws(JSONSyntaxError) {
            collect(try JSONValue(parsing: content))
        } catch {
            text = String(decoding: content, as: UTF8.self)
        }
    }

    private mutating func collect(_ value: JSONValue) {
        switch value {
        case .string(let text): if let image = OwnImage(path: text) { names.insert(image.file) }
        case .array(let values): for value in values { collect(value) }
        case .object(let object): for member in object.members { collect(member.value) }
        case .number, .bool, .null: break
        }
    }

    func among(_ images: some Sequence<FilePath.Component>) -> [FilePath.Component] {
        images.filter { image in names.contains(image) || text?.contains(image.string) ?? false }
    }
}
