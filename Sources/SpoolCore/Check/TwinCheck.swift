import SpoolSystem
import SystemPackage

/// Whether one job is in two places: one file with two names, or two files whose results tell one history. Two jobs of
/// one name are none; names are used again.
///
/// Each place looks into those after it, by the same name, so no list of names is needed.
struct TwinCheck {
    private static let order: [SpoolFolder] = [.processing, .incoming, .hold, .retry, .done, .failed]

    private let round: CheckRound

    init(_ round: CheckRound) { self.round = round }

    static func places(after state: SpoolFolder) -> [SpoolFolder] {
        Array(order.drop { $0 != state }.dropFirst())
    }

    func check(
        _ job: JobName, _ status: FileStatus, in folder: Folder, _ path: @autoclosure () -> FilePath,
        later: [SpoolFolder]
    ) throws(SystemFailure) {
        for place in later {
            guard let other = try round.spool[place].status(of: job.file) else { continue }
            let isLink = status.links > 1 && other.links > 1 && other.isSameFile(as: status)
            if !isLink {
                // One file with one name was met on its way.
                guard !other.isSameFile(as: status),
                    try hasOneStory(job, in: folder, and: round.spool[place])
                else { continue }
            }
            // A job on its way from one to the other was in each at a different time.
            guard try folder.status(of: job.file)?.isSameFile(as: status) == true,
                try round.spool[place].status(of: job.file)?.isSameFile(as: other) == true
            else { continue }
            round.find(
                .jobInTwoPlaces, path(),
                "is in \(place.rawValue), too, \(isLink ? "as a hard link" : "with the same result"); remove the one that "
                    + "is not meant")
        }
    }

    private func hasOneStory(_ job: JobName, in folder: Folder, and other: Folder) throws(SystemFailure) -> Bool {
        guard job.fits, try other.status(of: job.result) != nil,
            let id = try ResultDocument.read(job.result, in: folder)?.id
        else { return false }
        return try ResultDocument.read(job.result, in: other)?.id == id
    }
}
