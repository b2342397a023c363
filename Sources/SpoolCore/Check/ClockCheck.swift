import SpoolSystem
import SystemPackage

/// Whether this host and the file system agree on the time.
struct ClockCheck {
    private static let tolerance = Duration.seconds(10)

    private let round: CheckRound

    init(_ round: CheckRound) { self.round = round }

    func run() {
        let skew = round.clock.skew
        guard round.clock.isMeasured, max(skew, .zero - skew) > Self.tolerance else { return }
        let seconds = Int((skew / .seconds(1)).rounded())
        round.find(
            .clockSkew, ".",
            "the file system's clock is \(abs(seconds)) s \(seconds > 0 ? "ahead of" : "behind") this host's, so retries "
                + "come early or late and waiting times are wrong; synchronise the clocks of all hosts")
    }
}
