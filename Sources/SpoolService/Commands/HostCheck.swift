import SpoolCore
import SpoolSystem
import SpoolWatch
import SystemPackage

/// What a check tells of this host and its settings: whether events arrive, and how much space is left.
struct HostCheck {
    private let spool: Spool
    private let configuration: WorkerConfiguration

    init(_ spool: Spool, _ configuration: WorkerConfiguration) {
        self.spool = spool
        self.configuration = configuration
    }

    /// Why no command can work on this host; nil if they can.
    static func obstacle() -> String? {
        // Swift reads a program's arguments from there, and a renderer is this program, started anew.
        for file in ["/proc/self/cmdline", "/proc/self/exe"] where !ProcessSetup.canFind(file) {
            return "\(file) is missing: mount /proc, which this program needs (mount -t proc proc /proc)"
        }
        return nil
    }

    func run(_ report: (Finding) -> Void) throws(SystemFailure) {
        try checkSpace(report)
        checkEvents(report)
    }

    private func checkSpace(_ report: (Finding) -> Void) throws(SystemFailure) {
        let roots =
            configuration.outputRoots.isEmpty
            ? [spool.path.appending(SpoolFolder.output.name)] : configuration.outputRoots
        let floor = StorageFloor(
            bytes: configuration.minFreeBytes, inodes: configuration.minFreeInodes,
            folders: [spool.root] + (try Roots(roots).folders))
        guard let shortage = try floor.shortage() else { return }
        report(Finding(.littleSpace, ".", "\(shortage), so nothing is claimed; make room, or set the floor lower"))
    }

    private func checkEvents(_ report: (Finding) -> Void) {
        // Where no probe can be made, nothing can be told of events; that is a finding by itself.
        guard configuration.watch != .poll, spool[.incoming].denial(of: [.write, .search]) == nil else { return }
        do throws(WatchError) {
            let watcher = try SpoolWatcher(
                spool, as: "check-\(UniqueID())", mode: .auto, scanInterval: nil,
                hints: CandidateHints(wake: WakeSignal()))
            watcher.stop()
            if let finding = Self.finding(of: watcher.report) { report(finding) }
        } catch {
            report(Finding(.noEvents, "incoming", "\(error)"))
        }
    }

    static func finding(of report: WatchReport) -> Finding? {
        guard !report.usesEvents else { return nil }
        return Finding(
            .noEvents, "incoming",
            "no events of new jobs: \(report.reason); workers look at the whole folder each \(report.scanInterval) instead"
        )
    }
}
