import SpoolSystem
import SystemPackage

/// Files that are neither jobs nor results. Only what this program left behind is ever removed.
struct StrayCheck {
    /// Keeps an empty folder in version control.
    private static let keeper: FilePath.Component = ".gitkeep"

    private let round: CheckRound

    init(_ round: CheckRound) { self.round = round }

    func checkHidden(_ name: FilePath.Component, _ status: FileStatus, in folder: Folder, _ path: FilePath) {
        guard name != Self.keeper, round.clock.isOld(status) else { return }
        if ProbeFile.isProbe(name) {
            tellLeftover(name, status, in: folder, path, "a probe of a process that was killed")
        } else {
            tellForgotten(path)
        }
    }

    /// - Parameter status: older than an hour.
    func tellLeftover(
        _ name: FilePath.Component, _ status: FileStatus, in folder: Folder, _ path: FilePath, _ description: String
    ) {
        round.find(
            .leftover, path, "is \(description), and nobody needs it; --repair removes it",
            isSafe: status.kind == .regular
        ) { () throws(SystemFailure) in try folder.remove(name, ifStill: status) }
    }

    func tellForgotten(_ path: FilePath) {
        round.find(
            .forgottenTemporary, path,
            "has been a temporary for more than an hour; if its producer has forgotten it, rename or remove it")
    }

    /// - Parameter isWaiting: whether it lies where jobs wait.
    func tellForeign(_ name: FilePath.Component, _ status: FileStatus, _ path: FilePath, isWaiting: Bool) {
        let problem: String
        if status.kind != .regular {
            problem = "is a \(status.kind.rawValue), not a job's file"
        } else if isWaiting {
            problem =
                "is not a job by its name, so no worker looks at it; a job's name ends in .json, but not in .result.json"
        } else {
            problem = "is neither a job nor a result by its name"
        }
        round.find(.foreignFile, path, "\(problem); rename it or take it away")
    }
}
