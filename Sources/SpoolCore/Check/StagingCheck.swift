import SpoolSystem
import SystemPackage

/// What is left in `tmp`, and of probes in the control folder.
struct StagingCheck {
    private let round: CheckRound
    private let workers: Set<String>?

    /// - Parameter workers: the ids of those that lived when the check began. What newer ones have is young. nil if nobody
    ///   can tell.
    init(_ round: CheckRound, workers: Set<String>?) {
        self.round = round
        self.workers = workers
    }

    func run() throws(SystemFailure) {
        let strays = StrayCheck(round)
        try walk(.tmp) { (name, status, path) throws(SystemFailure) in
            if let owner = DocumentFile.owner(of: name) {
                // A live worker's document is renamed at once, but a sleeping one may come back to it.
                guard round.clock.isOld(status), let workers, !workers.contains(owner) else { return }
                strays.tellLeftover(
                    name, status, in: round.spool[.tmp], path, "a document that \(owner) did not finish")
            } else if name.isHidden {
                strays.checkHidden(name, status, in: round.spool[.tmp], path)
            } else if round.clock.isOld(status) {
                strays.tellForgotten(path)
            }
        }
        try walk(.control) { (name, status, path) throws(SystemFailure) in
            if ProbeFile.isProbe(name) { strays.checkHidden(name, status, in: round.spool[.control], path) }
        }
    }

    private func walk(
        _ place: SpoolFolder, _ check: (FilePath.Component, FileStatus, FilePath) throws(SystemFailure) -> Void
    ) throws(SystemFailure) {
        try round.looking(at: FilePath(place.rawValue)) { () throws(SystemFailure) in
            var listing = try round.spool[place].listing()
            while let name = try listing.next() {
                guard let status = try round.spool[place].status(of: name) else { continue }
                try check(name, status, .of(place, name))
            }
        }
    }
}
