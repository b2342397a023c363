import Dispatch
import FoundationEssentials
import Logging
import SpoolCore
import SpoolSystem
import SpoolWire
import Synchronization
import SystemPackage

/// A worker's membership in a spool: its lease, kept alive, and its look at the other members.
///
/// The beat has a thread of its own: it must go on while everything else waits for a disk.
final class Registration: Sendable {
    /// Beats in the time that a lease holds: a few may be late.
    private static let beatsPerLease = 6.0

    let lease: WorkerLease
    let document: LeaseDocument
    private let interval: Duration
    private let logger: Logger
    /// Signalled when others have taken this worker for dead.
    private let wake: WakeSignal
    private let pulse: Pulse
    private let stopped = DispatchSemaphore(value: 0)
    private let lost = Atomic(false)

    init(
        in spool: Spool, _ configuration: WorkerConfiguration, pulse: Pulse, wake: WakeSignal, logger: Logger
    ) throws(SystemFailure) {
        let host = HostIdentity.current()
        let seconds = configuration.leaseTimeout / .seconds(1)
        document = LeaseDocument(
            worker: .current(on: host, version: Release.version), host: host, seconds: seconds)
        lease = try WorkerLease(in: spool, for: document)
        interval = .seconds(seconds / Self.beatsPerLease)
        self.logger = logger
        self.pulse = pulse
        self.wake = wake
        guard Thread.tryStart({ self.run() }) else {
            let failure = SystemFailure("start a", "thread", .last)
            // What cannot be released is taken over when it has expired.
            _ = try? lease.release()
            throw failure
        }
    }

    /// Whether others have taken this worker for dead, because it slept; what it holds is theirs now.
    var isLost: Bool { lost.load(ordering: .relaxed) }

    /// Ends the beat.
    func stop() { stopped.signal() }

    /// Ends the beat and signs off.
    func leave() {
        stop()
        if isLost { return }
        do throws(SystemFailure) {
            if try !lease.release() {
                logger.error("something is left in this worker's claim folder; the next worker takes it over")
            }
        } catch {
            logger.error("this worker could not sign off", metadata: ["error": "\(error)"])
        }
    }

    private func run() {
        var isFailing = false
        while stopped.wait(timeout: .now() + interval / .seconds(1)) == .timedOut {
            do throws(SystemFailure) {
                if try !lease.beat(now: Date().nanoseconds) { return lose() }
                isFailing = false
                try lease.show(stall: stall)
            } catch  where error.errno == .staleNFSFileHandle || error.errno == .noSuchFileOrDirectory {
                return lose()
            } catch {
                if !isFailing { logger.error("the lease cannot be renewed", metadata: ["error": "\(error)"]) }
                isFailing = true
            }
        }
    }

    /// What the loop's silence means.
    private var stall: String? {
        guard pulse.silence > Pulse.longestSilence else { return nil }
        return "nothing has moved for more than \(Pulse.longestSilence); a file system may not answer"
    }

    private func lose() {
        lost.store(true, ordering: .relaxed)
        wake.signal()
    }
}
