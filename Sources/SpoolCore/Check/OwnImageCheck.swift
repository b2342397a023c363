import SpoolSystem
import SystemPackage

/// Images of jobs that are done or gone, in `input/.jobs`.
struct OwnImageCheck {
    private let round: CheckRound

    init(_ round: CheckRound) { self.round = round }

    func run() throws(SystemFailure) {
        let path = FilePath.of(.input, OwnImage.folder)
        try round.looking(at: path) { () throws(SystemFailure) in
            guard let look = try OwnImageSweep.Round(round.spool, lead: round.clock.lead) else { return }
            let left = try look.unnamed(look.left(atMost: OwnImageSweep.batch))
            for (name, status) in left.sorted(by: { $0.key.string < $1.key.string }) {
                StrayCheck(round).tellLeftover(
                    name, status, in: look.folder, path.appending(name), "an image of a job that is done or gone")
            }
        }
    }
}
