import SpoolSystem
import SystemPackage

/// Renditions that were begun and never finished, beneath the spool's own `output`.
///
/// The walk follows no link and no mount, and holds one folder a level.
struct OutputCheck {
    /// Levels; each takes two descriptors.
    private static let maximumDepth = 100

    private let round: CheckRound
    private let clock: SpoolClock
    /// The jobs that somebody has claimed, dead workers included: whoever takes those over clears up after them.
    private let claimed: Set<String>

    init(_ round: CheckRound) throws(SystemFailure) {
        self.round = round
        let output = round.spool[.output]
        // A file system of its own has a clock of its own.
        clock =
            try output.status().device == round.spool[.tmp].status().device
            ? round.clock : SpoolClock(of: output, lead: round.clock.lead)
        claimed = try Self.claimedJobs(round)
    }

    /// A temporary that is older than an hour belongs to a job that was claimed before that, so its record was there
    /// before this look; a job without a record has begun no rendition yet.
    private static func claimedJobs(_ round: CheckRound) throws(SystemFailure) -> Set<String> {
        var ids: Set<String> = []
        for claims in try round.claimFolders() {
            var listing = try claims.listing()
            while let name = try listing.next() {
                guard JobName(ofResult: name) != nil, let record = try ResultDocument.read(name, in: claims) else {
                    continue
                }
                ids.insert(record.id)
            }
        }
        return ids
    }

    func run() throws(SystemFailure) {
        let output = round.spool[.output]
        try walk(output, FilePath(SpoolFolder.output.rawValue), device: output.status().device, depth: 0)
    }

    private func walk(
        _ folder: Folder, _ path: FilePath, device: UInt64, depth: Int
    ) throws(SystemFailure) {
        guard depth < Self.maximumDepth else {
            return round.find(.notChecked, path, "lies too deep, \(Self.maximumDepth) folders, to be looked at")
        }
        try round.looking(at: path) { () throws(SystemFailure) in
            var listing = try folder.listing()
            while let name = try listing.next() {
                guard let status = try folder.status(of: name), status.device == device else { continue }
                if status.kind == .folder {
                    let place = path.appending(name)
                    try round.looking(at: place) { () throws(SystemFailure) in
                        try walk(folder.folder(name), place, device: device, depth: depth + 1)
                    }
                } else {
                    check(name, status, in: folder, path)
                }
            }
        }
    }

    /// - Parameter path: the folder's.
    private func check(_ name: FilePath.Component, _ status: FileStatus, in folder: Folder, _ path: FilePath) {
        guard let id = TemporaryRendition.jobID(of: name), status.kind == .regular, clock.isMeasured,
            clock.isOld(status), !claimed.contains(id)
        else { return }
        StrayCheck(round).tellLeftover(
            name, status, in: folder, path.appending(name), "a rendition that was never finished")
    }
}
