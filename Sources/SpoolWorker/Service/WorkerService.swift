import Logging
import ServiceLifecycle
import SpoolCore
import SpoolSystem
import SpoolWatch

/// The worker itself: keeps as many turns under way as may be, until it is told to stop or, with `once`, until nothing
/// is left to do.
struct WorkerService: Service {
    let turn: JobTurn
    let hints: CandidateHints
    /// nil with `once`, which looks instead of watching.
    let watcher: SpoolWatcher?
    let wake: WakeSignal
    let inbox: TurnInbox

    /// How long nothing is claimed after the spool's file system has failed.
    private static let pauseAfterFailure = Duration.seconds(5)

    func run() async throws {
        let result: Result<Void, any Error> = await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup(returning: Result<Void, any Error>.self) { group in
                do {
                    try await loop(in: &group)
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
        } onCancelOrGracefulShutdown: {
            inbox.stop()
            wake.signal()
        }
        watcher?.stop()
        await turn.renderers.killAll()
        if try !turn.moves.lease.release() {
            turn.logger.error("something is left in this worker's claim folder; the next worker to start takes it over")
        }
        try result.get()
    }

    private func loop(in group: inout DiscardingTaskGroup) async throws {
        let threads = BlockingThreads(count: turnsAtATime)
        var intake = Intake(turn.moves.spool, settleTime: turn.configuration.settleTime)
        var report = watcher?.report
        var nextScan = ContinuousClock.now
        var pausedUntil: ContinuousClock.Instant?
        var alarm = Alarm(wake)
        var deadline: StopDeadline?
        defer {
            alarm.cancel()
            deadline?.cancel()
        }

        while true {
            let now = ContinuousClock.now
            for (name, outcome) in inbox.takeEnded() {
                intake.ended(name, outcome, now: now)
                if case .unclaimable(let failure) = outcome {
                    turn.logger.error(
                        "a job cannot be claimed; it stays in incoming and is tried again with the next scan",
                        metadata: ["job": "\(name)", "error": "\(failure)"])
                }
                guard case .blocked(let failure) = outcome else { continue }
                pausedUntil = try pause(now: now, because: failure, job: name)
            }
            if inbox.isStopping {
                if intake.countUnderWay == 0 { return }
                if deadline == nil {
                    deadline = beginStop(of: intake.countUnderWay)
                    await turn.renderers.close()
                }
                await wake.wait()
                continue
            }
            if let pause = pausedUntil, pause <= now {
                pausedUntil = nil
                intake.scan()
            }
            let hinted = hints.take()
            for name in hinted.names { intake.add(.dropped(name)) }
            if let watcher, report != watcher.report {
                report = watcher.report
                turn.logger.warning("watching changed: \(watcher.report.description)")
            }
            let isScanDue = hinted.needsScan || nextScan <= now
            if isScanDue {
                intake.scan()
                nextScan = now + (report?.scanInterval ?? SpoolWatcher.slowScan)
            }
            if pausedUntil == nil {
                do throws(SystemFailure) {
                    if isScanDue { try takeOver(into: &intake) }
                    try begin(from: &intake, now: now, on: threads, in: &group)
                    if watcher == nil && intake.isIdle { return }
                } catch {
                    pausedUntil = try pause(now: now, because: error, job: nil)
                }
            }
            alarm.set(for: [watcher == nil ? nil : nextScan, intake.nextDue, pausedUntil])
            await wake.wait()
        }
    }

    /// Queues the jobs of workers that have died.
    private func takeOver(into intake: inout Intake) throws(SystemFailure) {
        for orphan in try OrphanedClaims.find(in: turn.moves.spool, as: turn.moves.lease.worker) {
            for name in try orphan.jobs() { intake.add(.orphaned(name, orphan)) }
            try turn.removeIfEmpty(orphan)
        }
    }

    /// - Returns: when to go on.
    /// - Throws: the failure with `once`, which somebody waits for.
    private func pause(
        now: ContinuousClock.Instant, because failure: SystemFailure, job: JobName?
    ) throws(SystemFailure) -> ContinuousClock.Instant {
        if watcher == nil { throw failure }
        turn.logger.error(
            "the spool's file system failed; no job is claimed for \(Self.pauseAfterFailure), none is lost",
            metadata: ["error": "\(failure)", "job": "\(job?.description ?? "-")"])
        return now + Self.pauseAfterFailure
    }

    /// While one set of images is rendered, the next is opened and the last is flushed to the disk.
    private var turnsAtATime: Int { turn.configuration.renderers * 2 + 2 }

    private func begin(
        from intake: inout Intake, now: ContinuousClock.Instant, on threads: BlockingThreads,
        in group: inout DiscardingTaskGroup
    ) throws(SystemFailure) {
        while intake.countUnderWay < turnsAtATime, let (candidate, settled) = try intake.next(now: now) {
            group.addTask(executorPreference: threads) { [turn, inbox, wake] in
                let outcome = await turn.run(candidate, settled: settled)
                inbox.ended(candidate.name, outcome)
                wake.signal()
            }
        }
    }

    /// Gives running jobs until the deadline; a second signal is the deadline.
    private func beginStop(of count: Int) -> StopDeadline {
        turn.logger.notice(
            "stopping: no more jobs are claimed, \(count) under way get \(turn.configuration.shutdownTimeout) to finish"
        )
        return StopDeadline(after: turn.configuration.shutdownTimeout) { [turn] reason in
            turn.logger.notice("\(reason): jobs that are not done yet go back to incoming")
            await turn.renderers.killAll()
        }
    }
}
