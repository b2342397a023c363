import Logging
import SpoolCore
import SpoolSystem
import SpoolWatch
import SystemPackage

/// The one place that decides what happens next. It runs at every wake: a hint, a turn that has ended, a time that has
/// come, a signal.
struct WorkerLoop: ~Copyable {
    /// How long nothing is claimed after the spool's file system has failed.
    private static let pauseAfterFailure = Duration.seconds(5)
    /// Time between two looks at what is left on the disk, and at the spool's marker.
    private static let pauseBetweenChecks = Duration.seconds(1)
    /// The shortest and the longest time between two looks at the other workers.
    private static let peerLooks = Duration.seconds(1)...Duration.seconds(5)

    private let service: WorkerService
    private let threads: BlockingThreads
    private var registration: Registration
    private var peers: LeaseWatch
    private var turn: JobTurn
    private var intake: Intake
    /// The settings of the turns.
    private var configuration: WorkerConfiguration
    private var report: WatchReport?
    private var nextScan = ContinuousClock.now
    private var nextPeerLook = ContinuousClock.now
    private var nextCheck = ContinuousClock.now
    private var obstacles = Obstacles()
    /// Names in a row that could not be claimed.
    private var failuresInARow = 0
    private static let manyFailures = 8
    private var unclaimable = UnclaimableJobs()
    /// What could not be taken over or put back, and why: it is said once.
    private var troubles: [String: Errno] = [:]
    private var alarm: Alarm
    private let looks = AbandonableCalls(limit: 1)
    private static let lookPatience = Duration.seconds(2)
    /// Whether the last look at the roots hangs.
    private var isBlind = false
    private var isStopping = false
    /// What the service manager was told last; nil before it was told that the worker is ready.
    private var told: String?
    private var nextTold = ContinuousClock.now
    /// With `once`: whether the other workers were looked at after all else was done.
    private var hasLookedTwice = false

    init(_ service: WorkerService) throws(SystemFailure) {
        self.service = service
        threads = BlockingThreads(count: service.turnsAtATime)
        registration = service.registration
        peers = try LeaseWatch(service.spool, as: registration.document)
        turn = service.turn(with: registration)
        configuration = service.configuration
        intake = Intake(
            service.spool, as: registration.lease.worker.id, quietTime: service.configuration.quietTime,
            settleTime: service.configuration.settleTime, longestWait: service.configuration.retries.longestWait)
        report = service.watcher?.report
        alarm = Alarm(service.wake)
    }

    /// Whether somebody waits for the end: nothing is watched, and failures end the run.
    private var isOnce: Bool { service.watcher == nil }

    mutating func run(in group: inout DiscardingTaskGroup) async throws {
        do {
            while try await step(in: &group) { await service.wake.wait() }
        } catch {
            service.keepDeadline(.zero, because: "the run cannot go on")
            await service.work.abort()
            while intake.countUnderWay > 0 {
                await service.wake.wait()
                for (name, outcome) in service.inbox.takeEnded() { intake.ended(name, outcome, now: .now) }
            }
            leave()
            throw error
        }
        leave()
    }

    private mutating func leave() {
        report(now: .now, isEnding: true)
        alarm.cancel()
        registration.leave()
    }

    /// - Returns: false at the end.
    private mutating func step(in group: inout DiscardingTaskGroup) async throws -> Bool {
        let now = ContinuousClock.now
        service.pulse.beat()
        takeSettings()
        try takeEnded(now: now)
        if service.inbox.isStopping {
            if intake.countUnderWay == 0 { return false }
            await beginStop()
            alarm.set(for: [service.pulse.nextDue])
            return true
        }
        if registration.isLost {
            // Nothing is begun in the name of a worker that others hold for dead.
            guard intake.countUnderWay == 0 else {
                alarm.set(for: [service.pulse.nextDue])
                return true
            }
            try registerAnew()
        }
        takeHints(now: now)
        do throws(SystemFailure) {
            if try isClear(now: now) {
                try takeOver(now: now)
                try begin(now: now, in: &group)
                if isOnce, try isDone() { return false }
            }
        } catch {
            try pause(after: error, job: nil, now: now)
        }
        report(now: now)
        if isOnce, let reason = obstacles.reason { throw StorageShortage(description: reason) }
        service.metrics?.set(underWay: intake.countUnderWay, isClaiming: obstacles.isEmpty)
        tellManager()
        alarm.set(for: dueTimes + [service.pulse.nextDue])
        return true
    }

    /// Turns that begin from now on have the settings in force.
    private mutating func takeSettings() {
        let current = service.configuration
        guard current != configuration else { return }
        configuration = current
        turn = service.turn(with: turn.moves)
    }

    /// The first step has shown that jobs are claimed, or why not.
    private mutating func tellManager() {
        guard let manager = service.manager else { return }
        let tally = service.inbox.tally
        let counts =
            "\(intake.countUnderWay) jobs under way; \(tally.done) done, \(tally.failed) failed since the start"
        let status = obstacles.reason.map { "nothing is claimed: \($0); \(counts)" } ?? counts
        if told == nil { manager.tell(.ready) }
        // A line for each job would be more than anybody reads.
        guard told == nil || told != status && nextTold <= .now else { return }
        manager.tell(.status(status))
        nextTold = .now + Self.pauseBetweenChecks
        told = status
    }

    /// When there is something to do by itself; what could not be begun then is left out, or the loop would spin.
    private var dueTimes: [ContinuousClock.Instant?] {
        let scan = isOnce ? nil : nextScan
        if let failure = obstacles.failure { return [scan, failure.until] }
        if !obstacles.isEmpty { return [scan, nextCheck] }
        return [scan, unclaimable.reportDue, nextPeerLook, hasRoom ? intake.nextDue : nil]
    }

    private var hasRoom: Bool { intake.countUnderWay < service.turnsAtATime }

    // MARK: What has come

    private mutating func takeEnded(now: ContinuousClock.Instant) throws(SystemFailure) {
        let ended = service.inbox.takeEnded()
        // All of them before anything is thrown: whoever ends the run waits for those that are under way.
        for (name, outcome) in ended { intake.ended(name, outcome, now: now) }
        if !ended.isEmpty { hasLookedTwice = false }
        for (name, outcome) in ended {
            switch outcome {
            case .unclaimable(let failure): try sawUnclaimable(name, failure, now: now)
            case .finished, .postponed:
                failuresInARow = 0
                unclaimable.forget(name)
            case .blocked(let failure): try pause(after: failure, job: name, now: now)
            default: break
            }
        }
    }

    private mutating func sawUnclaimable(
        _ name: JobName, _ failure: SystemFailure, now: ContinuousClock.Instant
    ) throws(SystemFailure) {
        unclaimable.saw(name, failure, now: now)
        if failure.isOfRights { return }
        failuresInARow += 1
        guard failuresInARow >= Self.manyFailures else { return }
        // So many names are not bad by themselves.
        failuresInARow = 0
        try pause(after: failure, job: name, now: now)
    }

    private mutating func takeHints(now: ContinuousClock.Instant) {
        let hinted = service.hints.take()
        for (name, hint) in hinted.names { intake.saw(name, hint, now: now) }
        for name in hinted.foreign { intake.sawForeign(name, now: now) }
        if hinted.hasLostEvents { service.events.send(.eventsLost) }
        if let watcher = service.watcher, report != watcher.report {
            report = watcher.report
            service.logger.warning("watching changed: \(watcher.report.description)")
        }
        if hinted.needsScan || nextScan <= now {
            intake.scan()
            nextScan = now + (report?.scanInterval ?? SpoolWatcher.slowScan)
        }
    }

    /// Says what the operator should know of names that are not taken, many at a time.
    private mutating func report(now: ContinuousClock.Instant, isEnding: Bool = false) {
        if let jobs = unclaimable.takeReport(now: now, isEnding: isEnding) {
            service.logger.error(
                jobs.count == 1
                    ? "a job cannot be claimed; it stays where it is and is tried again later"
                    : "\(jobs.count) jobs cannot be claimed, this one among them; they stay where they are and are tried again later",
                metadata: ["job": "\(jobs.example)", "error": "\(jobs.failure)"])
        }
        if let names = intake.takeForeign() {
            service.logger.warning(
                names.count == 1
                    ? "a file in incoming is ignored; the name of a job ends in .json"
                    : "\(names.count) files in incoming are ignored, this one among them; the name of a job ends in .json",
                metadata: ["file": "\(names.example.printable)"])
        }
    }

    /// Queues the jobs of workers that have died, and puts back what a failed turn of this one has left.
    private mutating func takeOver(now: ContinuousClock.Instant) throws(SystemFailure) {
        guard nextPeerLook <= now else { return }
        // Where events arrive the file system is this host's own, and a look costs next to nothing.
        nextPeerLook = now + (report?.usesEvents ?? true ? Self.peerLooks.lowerBound : Self.peerLooks.upperBound)
        var troubles: [String: SystemFailure] = [:]
        for stray in try turn.moves.strays() {
            do throws(SystemFailure) {
                try turn.moves.putBack(stray: stray)
                intake.scan()
                hasLookedTwice = false
            } catch {
                troubles["\(registration.lease.worker.id)/\(stray)"] = error
            }
        }
        for orphan in try peers.orphans(now: now, trouble: { troubles[$0] = $1 }) {
            do throws(SystemFailure) {
                for name in try orphan.jobs() {
                    let isSuspect = try orphan.record(of: name) != nil
                    intake.add(.orphaned(name, orphan, isSuspect: isSuspect), now: now)
                }
                try turn.removeIfEmpty(orphan)
            } catch {
                troubles[orphan.id] = error
            }
        }
        for (place, failure) in troubles where self.troubles[place] != failure.errno {
            service.logger.error(
                "what a worker has left cannot be looked at or moved on; it stays as it is and is tried again",
                metadata: ["of": "\(place)", "error": "\(failure)"])
        }
        self.troubles = troubles.mapValues(\.errno)
    }

    // MARK: What is begun

    private mutating func begin(
        now: ContinuousClock.Instant, in group: inout DiscardingTaskGroup
    ) throws(SystemFailure) {
        while hasRoom, let (candidate, settled) = try intake.next(now: now) {
            group.addTask(executorPreference: threads) { [turn, inbox = service.inbox, wake = service.wake] in
                let outcome = await turn.run(candidate, settled: settled)
                inbox.ended(candidate.name, outcome)
                wake.signal()
            }
        }
    }

    /// With `once`: whether nothing is left to do. A look at a lock, such as that of `status`, may have hidden a dead
    /// worker once.
    private mutating func isDone() throws(SystemFailure) -> Bool {
        guard intake.isIdle else { return false }
        if hasLookedTwice { return !peers.isUndecided }
        hasLookedTwice = true
        nextPeerLook = .now
        service.wake.signal()
        return false
    }

    /// After a long sleep others have this worker's jobs: it goes on under another name.
    private mutating func registerAnew() throws(SystemFailure) {
        service.logger.warning(
            "this worker slept longer than its lease holds and was taken for dead; it goes on under a new name",
            metadata: ["worker": "\(registration.lease.worker.id)"])
        registration.stop()
        registration = try Registration(
            in: service.spool, service.configuration, pulse: service.pulse, wake: service.wake,
            logger: service.logger)
        peers = try LeaseWatch(service.spool, as: registration.document)
        turn = service.turn(with: registration)
        service.logger.notice("registered", metadata: ["worker": "\(registration.lease.worker.id)"])
    }

    // MARK: Obstacles

    /// Looks at the disk and the spool when that is due: once a second, or when a failure has had its time.
    private mutating func isClear(now: ContinuousClock.Instant) throws(SystemFailure) -> Bool {
        guard obstacles.failure.map({ $0.until <= now }) ?? (nextCheck <= now) else { return obstacles.isEmpty }
        nextCheck = now + Self.pauseBetweenChecks
        try service.spool.refresh()
        let before = obstacles
        obstacles.recovered()
        obstacles.shortage = try lookAtRoots()
        obstacles.pause = try service.spool.pauseReason()
        if obstacles != before { try tell(before) }
        return obstacles.isEmpty
    }

    /// What has come and what has gone since `before`.
    private mutating func tell(_ before: Obstacles) throws(SystemFailure) {
        if let shortage = obstacles.shortage, before.shortage == nil {
            service.logger.warning("nothing is claimed until there is more space: \(shortage)")
        } else if before.shortage != nil, obstacles.shortage == nil {
            service.logger.notice("there is enough space again")
        }
        if let pause = obstacles.pause, before.pause == nil {
            service.logger.notice(
                "an operator has paused the spool: nothing is claimed", metadata: ["reason": "\(pause)"])
        } else if before.pause != nil, obstacles.pause == nil {
            service.logger.notice("an operator has ended the pause: jobs are claimed")
        }
        if obstacles.isEmpty { intake.scan() }
        do throws(SystemFailure) {
            try registration.lease.show(pause: obstacles.reason)
        } catch  where before.failure != nil {
            // Where the file system failed, this may fail as well; the log has said it.
        }
    }

    /// Opens replaced roots anew, and looks at what is left on the disks. A root that hangs holds up neither the loop nor
    /// the jobs that lie elsewhere.
    /// - Returns: what is too little; nil also while a look hangs, because no other look begins then.
    private mutating func lookAtRoots() throws(SystemFailure) -> String? {
        let outcome = looks.run(until: .now + Self.lookPatience) { [roots = service.roots, floor = service.floor] in
            Result { () throws(SystemFailure) -> String? in
                for roots in roots { try roots.refresh() }
                return try floor.shortage()
            }
        }
        guard case .returned(let found) = outcome else {
            if !isBlind {
                service.logger.error(
                    """
                    an input or output root does not answer; jobs that use it fail with storage_failed, and free space \
                    is not looked at until it answers again; check the mounts
                    """)
            }
            isBlind = true
            return nil
        }
        if isBlind { service.logger.notice("the input and output roots answer again") }
        isBlind = false
        return try found.get()
    }

    /// - Throws: the failure with `once`, which somebody waits for.
    private mutating func pause(
        after failure: SystemFailure, job: JobName?, now: ContinuousClock.Instant
    ) throws(SystemFailure) {
        if isOnce { throw failure }
        obstacles.failed("\(failure)", until: now + Self.pauseAfterFailure)
        var metadata: Logger.Metadata = ["error": "\(failure)"]
        if let job { metadata["job"] = "\(job)" }
        service.logger.error(
            "\(failure.headline); no job is claimed for \(Self.pauseAfterFailure), none is lost", metadata: metadata)
        // Where the file system fails, this may fail as well; the log has said it.
        try? registration.lease.show(pause: obstacles.reason)
    }

    /// Running jobs have until the deadline, which ``WorkerService`` keeps.
    private mutating func beginStop() async {
        guard !isStopping else { return }
        isStopping = true
        service.logger.notice(
            """
            stopping: no more jobs are claimed, \(intake.countUnderWay) under way get \
            \(service.configuration.shutdownTimeout) to finish
            """)
        await service.work.close()
    }
}
