import Dispatch
package import SpoolCore
import SpoolSystem
import Synchronization
import SystemPackage

/// Tells which jobs may wait in a spool's `incoming`: by inotify where events arrive, and by the interval after which
/// the folder must be scanned in any case.
package final class SpoolWatcher: Sendable {
    /// Time between two scans while events arrive.
    package static let slowScan = Duration.seconds(60)
    /// Time between two scans where they do not.
    package static let fastScan = Duration.seconds(5)

    private let spool: Spool
    private let worker: String
    private let hints: CandidateHints
    private let scanInterval: Duration?
    private let current: Mutex<WatchReport>
    private let thread = Mutex<InotifyThread?>(nil)

    /// Begins to watch. Jobs that are dropped from now on are hinted at; those that were there before take the scan for
    /// which new hints ask by themselves.
    /// - Parameters:
    ///   - worker: the id of the worker that watches.
    ///   - scanInterval: nil for the mode's default.
    /// - Throws: what prevents events, with ``WatchMode/inotify`` alone.
    package init(
        _ spool: Spool, as worker: String, mode: WatchMode, scanInterval: Duration?, hints: CandidateHints
    ) throws(WatchError) {
        self.spool = spool
        self.worker = worker
        self.hints = hints
        self.scanInterval = scanInterval
        current = Mutex(
            WatchReport(
                usesEvents: false, scanInterval: scanInterval ?? Self.fastScan,
                reason: "the configuration asks for polling"))
        guard mode != .poll else { return }
        do throws(WatchError) {
            try startEvents(anywhere: mode == .inotify)
            switchEvents(on: true, because: "inotify")
        } catch {
            stop()
            guard mode == .auto else { throw error }
            switchEvents(on: false, because: error.description)
        }
    }

    deinit { stop() }

    /// How the watcher works now. It changes when a watch is lost or comes back.
    package var report: WatchReport { current.withLock { $0 } }

    /// Ends the watch; hints may still come for a second.
    package func stop() {
        thread.withLock { thread in
            thread?.stop()
            thread = nil
        }
    }

    private func switchEvents(on usesEvents: Bool, because reason: String) {
        let interval = scanInterval ?? (usesEvents ? Self.slowScan : Self.fastScan)
        current.withLock {
            $0 = WatchReport(usesEvents: usesEvents, scanInterval: interval, reason: reason)
        }
    }

    private func startEvents(anywhere: Bool) throws(WatchError) {
        let incoming = spool[.incoming]
        if !anywhere, let type = incoming.fileSystemType, let name = FileSystemKind.nameIfShared(type) {
            throw WatchError(description: "events of other hosts do not reach a \(name) file system")
        }
        let probe = EventProbe(ProbeFile.name(of: worker))
        let path = spool.path.appending(SpoolFolder.incoming.name)
        let handler = InotifyThread.Handler(
            happened: { [spool, hints] name, event in
                if let job = JobName(name) {
                    hints.add(job, NameHint(Self.isLink(job, event, in: spool) ? .arrived : event, at: .now))
                } else if name.isHidden {
                    probe.found(name)
                } else if event != .written {
                    hints.add(foreign: name)
                }
            },
            eventsLost: { [hints] in hints.lostEvents() },
            scanNeeded: { [hints] in hints.askForScan() },
            watchLost: { [weak self, hints] reason in
                self?.switchEvents(on: false, because: reason)
                hints.askForScan()
            },
            watchRestored: { [weak self] in self?.switchEvents(on: true, because: "inotify") })
        let probePassed: Bool
        do throws(SystemFailure) {
            let started = try InotifyThread.start(watching: path, handler: handler)
            thread.withLock { $0 = started }
            probePassed = try probe.passes(in: incoming)
        } catch {
            throw WatchError(description: "\(error)\(Self.advice(for: error.errno))")
        }
        guard probePassed else {
            throw WatchError(description: "no event came for a file that was made as a probe")
        }
    }

    /// Whether a hard link was made: a new file has one name.
    private static func isLink(_ name: JobName, _ event: NameEvent, in spool: Spool) -> Bool {
        guard event == .created else { return false }
        // One that cannot be looked at waits like a file that is written.
        let status = try? spool[.incoming].status(of: name.file)
        return status.map { $0.kind == .regular && $0.links > 1 } ?? false
    }

    private static func advice(for errno: Errno) -> String {
        switch errno {
        case .tooManyOpenFiles: "; raise fs.inotify.max_user_instances"
        case .noSpace: "; raise fs.inotify.max_user_watches"
        default: ""
        }
    }
}

/// A hidden file that is made to see whether its event arrives.
private final class EventProbe: Sendable {
    private static let patience = DispatchTimeInterval.seconds(2)

    private let name: FilePath.Component
    private let isSeen = DispatchSemaphore(value: 0)

    init(_ name: FilePath.Component) { self.name = name }

    func found(_ name: FilePath.Component) {
        if name == self.name { isSeen.signal() }
    }

    func passes(in folder: Folder) throws(SystemFailure) -> Bool {
        _ = try folder.create(name)
        try folder.remove(name)
        return isSeen.wait(timeout: .now() + Self.patience) == .success
    }
}
