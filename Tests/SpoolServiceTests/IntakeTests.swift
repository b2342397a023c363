import FoundationEssentials
import SpoolCore
import SpoolSystem
import SpoolWatch
import SystemPackage
import TestSupport
import Testing

@testable import SpoolService

@Suite struct `The intake` {
    let scratch: ScratchFolder
    let spool: Spool
    let start = ContinuousClock.now

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path)
    }

    private func intake(quietTime: Duration = .zero) -> Intake {
        Intake(spool, as: "me", quietTime: quietTime, settleTime: .seconds(2))
    }

    private func job(_ name: String) throws -> JobName { try #require(FilePath.Component(name).flatMap(JobName.init)) }

    @Test func `gives each waiting name once, and is idle when all have ended`() throws {
        for index in 0..<6000 { try scratch.write("{}", to: "incoming/\(index).json") }
        var intake = self.intake()
        var seen: [JobName] = []
        var isIdle: Bool
        while let (candidate, settled) = try intake.next(now: start) {
            #expect(settled == nil)
            seen.append(candidate.name)
        }
        #expect(Set(seen).count == 6000)
        #expect(seen.count == 6000)
        isIdle = intake.isIdle
        #expect(!isIdle)
        for name in seen { intake.ended(name, .finished(.done), now: start) }
        isIdle = intake.isIdle
        #expect(isIdle)
        #expect(try intake.next(now: start) == nil)
    }

    @Test func `gives a name that is under way again only after it has ended`() throws {
        var intake = self.intake()
        let name = try job("a.json")
        intake.add(.dropped(name))
        intake.add(.dropped(name))
        #expect(try intake.next(now: start)?.0.name == name)
        intake.add(.dropped(name))
        #expect(try intake.next(now: start) == nil)
        intake.ended(name, .finished(.done), now: start)
        #expect(try intake.next(now: start)?.0.name == name)
    }

    @Test func `looks at an unfinished file again after the settle time, and tells the state that it had`() throws {
        try scratch.write("{", to: "incoming/a.json")
        let name = try job("a.json")
        let status = try #require(try spool[.incoming].status(of: name.file))
        var intake = self.intake()
        _ = try intake.next(now: start)
        intake.ended(name, .unfinished(status), now: start)
        intake.scan()
        #expect(try intake.next(now: start + .seconds(1)) == nil)
        let isIdle = intake.isIdle
        #expect(!isIdle)
        #expect(intake.nextDue == start + .seconds(2))
        let again = try intake.next(now: start + .seconds(2))
        #expect(again?.0.name == name)
        #expect(again?.settled == SettledFile(status: status, followsClaim: false))
    }

    @Test func `gives a file that was written in place after the quiet time, and one that was renamed at once`() throws
    {
        let written = try job("written.json")
        let renamed = try job("renamed.json")
        var intake = self.intake(quietTime: .milliseconds(50))
        #expect(try intake.next(now: start) == nil)
        intake.saw(written, NameHint(.created, at: start), now: start)
        intake.saw(renamed, NameHint(.arrived, at: start), now: start)
        #expect(try intake.next(now: start)?.0.name == renamed)
        #expect(try intake.next(now: start + .milliseconds(49)) == nil)
        let isIdle = intake.isIdle
        #expect(!isIdle)
        #expect(intake.nextDue == start + .milliseconds(50))
        #expect(try intake.next(now: start + .milliseconds(50))?.0.name == written)
    }

    @Test func `does not give a queued file to which something happens before its turn`() throws {
        for name in ["a.json", "b.json"] { try scratch.write("{}", to: "incoming/\(name)") }
        var intake = self.intake(quietTime: .milliseconds(50))
        // The listing finds them when they have been quiet.
        try quieten("a.json", "b.json")
        let first = try #require(try intake.next(now: start)).0.name
        let second = try job(first.description == "a.json" ? "b.json" : "a.json")
        intake.saw(second, NameHint(.touched, at: start), now: start)
        #expect(try intake.next(now: start) == nil)
        #expect(try intake.next(now: start + .milliseconds(50))?.0.name == second)
    }

    @Test func `gives a file that somebody touches all the time, a backlog or not`() throws {
        let names = (0..<300).map { "\($0).json" }
        for name in names { try scratch.write("{}", to: "incoming/\(name)") }
        try quieten(names[299])
        var intake = self.intake(quietTime: .milliseconds(50))
        let touched = try job("touched.json")
        var given: Int?
        for index in 0..<250 where given == nil {
            let time = start + .milliseconds(10 * index)
            intake.saw(touched, NameHint(.touched, at: time), now: time)
            if try #require(try intake.next(now: time)).0.name == touched { given = index }
        }
        #expect(try #require(given) >= 100)
    }

    @Test func `lets a file wait that a scan finds just changed, until it has stayed as it is`() throws {
        let name = try job("a.json")
        var intake = self.intake(quietTime: .seconds(3600))
        try scratch.write("{}", to: "incoming/a.json")
        #expect(try intake.next(now: start) == nil)
        intake.scan()
        #expect(try intake.next(now: start) == nil)
        // The grain of file times is a tick.
        try waitForAnotherTime()
        try scratch.write("{ }", to: "incoming/a.json")
        #expect(try intake.next(now: start + .seconds(3600)) == nil)
        #expect(try intake.next(now: start + .seconds(7200))?.0.name == name)
    }

    @Test func `forgets a file that was taken back while it waited`() throws {
        var intake = self.intake(quietTime: .seconds(3600))
        try scratch.write("{}", to: "incoming/a.json")
        #expect(try intake.next(now: start) == nil)
        try FileManager.default.removeItem(atPath: scratch.path.appending("incoming/a.json").string)
        #expect(try intake.next(now: start + .seconds(3600)) == nil)
        let isIdle = intake.isIdle
        #expect(isIdle)
    }

    @Test func `gives a backlog that has been quiet without any wait`() throws {
        let names = (0..<100).map { "\($0).json" }
        for name in names { try scratch.write("{}", to: "incoming/\(name)") }
        try quieten(names[99])
        var intake = self.intake(quietTime: .milliseconds(50))
        for _ in names { #expect(try intake.next(now: start) != nil) }
    }

    /// Waits until the last of these files has not changed for the quiet time, by the file system's clock.
    private func quieten(_ names: String...) throws {
        for name in names {
            let changed = try #require(try spool[.incoming].status(of: try job(name).file)).changed
            while try #require(ProbeFile.time(in: spool[.tmp], by: ProbeFile.newName())) < changed + 50_000_000 {}
        }
    }

    /// Waits until a change gets another time than the last one.
    private func waitForAnotherTime() throws {
        let last = try #require(ProbeFile.time(in: spool[.tmp], by: ProbeFile.newName()))
        while try #require(ProbeFile.time(in: spool[.tmp], by: ProbeFile.newName())) == last {}
    }

    @Test func `knows an empty file that comes under the name of a job that it has just given`() throws {
        let name = try job("a.json")
        var intake = self.intake()
        #expect(try intake.next(now: start) == nil)
        try scratch.write("", to: "incoming/a.json")
        let empty = try #require(try spool[.incoming].status(of: name.file))
        for (gap, followsClaim) in [(Duration.seconds(1), true), (.seconds(3), false)] {
            intake.saw(name, NameHint(.arrived, at: start), now: start)
            #expect(try intake.next(now: start)?.0.name == name)
            intake.ended(name, .finished(.done), now: start)
            intake.saw(name, NameHint(.created, at: start), now: start + gap)
            #expect(try intake.next(now: start + gap)?.0.name == name)
            intake.ended(name, .unfinished(empty), now: start + gap)
            let again = try intake.next(now: start + gap + .seconds(2))
            #expect(again?.settled == SettledFile(status: empty, followsClaim: followsClaim))
            intake.ended(name, .gone, now: start + gap + .seconds(2))
        }
    }

    @Test func `tells once of names that are no jobs and stay, by event or by scan`() throws {
        let photo = FilePath.Component("photo.jpg")
        let passing = FilePath.Component("job.json.part")
        var intake = self.intake()
        #expect(try intake.next(now: start) == nil)
        try scratch.write("", to: "incoming/photo.jpg")
        for name in [photo, passing] { intake.sawForeign(name, now: start) }
        #expect(try intake.next(now: start) == nil)
        var report = intake.takeForeign()
        #expect(report == nil)
        #expect(intake.nextDue == start + ForeignNames.patience)
        #expect(try intake.next(now: start + ForeignNames.patience) == nil)
        report = intake.takeForeign()
        #expect(report == ForeignNames.Report(count: 1, example: photo))
        intake.sawForeign(photo, now: start + .seconds(5))
        intake.scan()
        #expect(try intake.next(now: start + .seconds(5)) == nil)
        report = intake.takeForeign()
        #expect(report == nil)
        for index in 0..<3 { try scratch.write("", to: "incoming/more-\(index)") }
        intake.scan()
        #expect(try intake.next(now: start + .seconds(9)) == nil)
        report = intake.takeForeign()
        #expect(report?.count == 3)
    }

    @Test func `gives a backlog in the order of the drops`() throws {
        let names = (0..<50).map { "\($0).json" }.shuffled()
        for name in names {
            try scratch.write("{}", to: "incoming/\(name)")
            // File times may be coarse; names of one time may come in any order.
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1)],
                ofItemAtPath: scratch.path.appending("incoming/\(name)").string)
        }
        var times: [Int64] = []
        var intake = self.intake()
        while let (candidate, _) = try intake.next(now: start) {
            times.append(try #require(try spool[.incoming].status(of: candidate.name.file)).changed)
        }
        #expect(times.count == 50)
        #expect(times == times.sorted())
    }

    @Test func `lets new jobs through while a backlog waits, and the backlog through while new jobs come`() throws {
        for index in 0..<100 { try scratch.write("{}", to: "incoming/old-\(index).json") }
        var intake = self.intake()
        _ = try intake.next(now: start)
        var old = 0
        var new = 0
        for index in 0..<60 {
            intake.add(.dropped(try job("new-\(index).json")))
            let candidate = try #require(try intake.next(now: start)).0
            if candidate.name.description.hasPrefix("new") { new += 1 } else { old += 1 }
        }
        #expect(new >= 5)
        #expect(old >= 40)
    }

    /// Most of them ask for that time themselves, which only the job tells; so some are looked at now and then.
    @Test func `gives jobs in retry that are due, however many are further ahead than any wait`() throws {
        let now = Date()
        for number in 0..<600 {
            let name = try #require(JobName("distant-\(number).json"))
            try scratch.write("{}", to: "retry/\(name)")
            try spool[.retry].setModified(name.file, (now + 86_400).nanoseconds)
        }
        let due = try #require(JobName("due.json"))
        try scratch.write("{}", to: "retry/\(due)")
        try spool[.retry].setModified(due.file, 1_000_000_000)
        let listing = try RetryListing(of: spool, now: now, longestWait: 60)
        #expect(listing.due == [due] && listing.next == nil)
        #expect(listing.distant.count == 256 && Set(listing.distant).count == 256)
        #expect(try RetryListing(of: spool, now: now, longestWait: 1e6).distant.isEmpty)
    }

    @Test func `gives jobs in retry when their time has come, and is not idle before`() throws {
        let due = try job("due.json")
        let later = try job("later.json")
        for name in [due, later] { try scratch.write("{}", to: "retry/\(name)") }
        try spool[.retry].setModified(due.file, 1_000_000_000)
        try spool[.retry].setModified(later.file, Int64((Date().timeIntervalSince1970 + 3600) * 1e9))
        var intake = self.intake()
        guard case .waiting(due)? = try intake.next(now: .now)?.0 else {
            Issue.record("the job that is due was not given")
            return
        }
        #expect(try intake.next(now: .now) == nil)
        try FileManager.default.removeItem(atPath: scratch.path.appending("retry/due.json").string)
        intake.ended(due, .finished(.done), now: .now)
        #expect(try intake.next(now: .now + .seconds(5)) == nil)
        var isIdle = intake.isIdle
        #expect(!isIdle)
        let nextDue = intake.nextDue
        #expect(nextDue != nil)
        try FileManager.default.removeItem(atPath: scratch.path.appending("retry/later.json").string)
        intake.scan()
        #expect(try intake.next(now: .now) == nil)
        isIdle = intake.isIdle
        #expect(isIdle)
    }

    @Test func `remembers so many hints, and looks for the rest`() throws {
        var intake = self.intake()
        _ = try intake.next(now: start)
        try scratch.write("{}", to: "incoming/4999.json")
        for index in 0..<5000 { intake.add(.dropped(try job("\(index).json"))) }
        var count = 0
        while let (candidate, _) = try intake.next(now: start) {
            intake.ended(candidate.name, .gone, now: start)
            count += 1
        }
        // Those that had room, and the one that the scan finds.
        #expect(count == 4097)
    }

    @Test func `names a job in the claim folder by its own name, but a dropped one that is too long`() throws {
        let long = try job(String(repeating: "x", count: 240) + ".json")
        #expect(Candidate.dropped(long).claimedName(id: "id") != long)
        #expect(Candidate.waiting(long).claimedName(id: "id") == long)
        #expect(Candidate.dropped(try job("a.json")).claimedName(id: "id") == (try job("a.json")))
    }

    @Test func `gives a suspect alone`() throws {
        _ = try WorkerLease(
            in: spool,
            for: LeaseDocument(
                worker: ResultDocument.Worker(id: "dead", host: "h", pid: 1, version: "1"),
                host: HostIdentity(name: "h", boot: "b", machine: "m"), seconds: 1))
        var watch = try LeaseWatch(
            spool,
            as: LeaseDocument(
                worker: ResultDocument.Worker(id: "me", host: "h", pid: 1, version: "1"),
                host: HostIdentity(name: "h", boot: "b", machine: "m"), seconds: 1))
        let orphan = try #require(try watch.orphans(now: start).first)
        var intake = self.intake()
        let plain = try job("plain.json")
        let suspect = try job("suspect.json")
        let next = try job("next.json")
        try scratch.write("{}", to: "retry/waits.json")
        try FileManager.default.setAttributes(
            [.modificationDate: Date() + 3600], ofItemAtPath: scratch.path.appending("retry/waits.json").string)
        intake.add(.dropped(plain))
        #expect(try intake.next(now: start)?.0.name == plain)
        var nextDue = intake.nextDue
        #expect(nextDue != nil)
        intake.add(.orphaned(suspect, orphan, isSuspect: true))
        intake.add(.orphaned(suspect, orphan, isSuspect: true))
        intake.add(.dropped(next))
        #expect(try intake.next(now: start) == nil)
        // Nothing could be begun, so nothing is due, whatever waits for its time.
        nextDue = intake.nextDue
        #expect(nextDue == nil)
        intake.ended(plain, .finished(.done), now: start)
        #expect(try intake.next(now: start)?.0.name == suspect)
        #expect(try intake.next(now: start) == nil)
        nextDue = intake.nextDue
        #expect(nextDue == nil)
        intake.ended(suspect, .unclaimable(SystemFailure("claim", "suspect.json", .ioError)), now: start)
        intake.add(.orphaned(suspect, orphan, isSuspect: true), now: start + .seconds(59))
        #expect(try intake.next(now: start)?.0.name == next)
        #expect(try intake.next(now: start) == nil)
    }

    @Test func `looks at a file that changes all the time ever more rarely`() throws {
        try scratch.write("{", to: "incoming/a.json")
        let name = try job("a.json")
        var intake = self.intake(quietTime: .milliseconds(50))
        try quieten("a.json")
        var looks = 0
        var time = start
        // Touched every 10 ms for ten seconds.
        for index in 0..<1000 {
            time = start + .milliseconds(10 * index)
            intake.saw(name, NameHint(.closed, at: time), now: time)
            while let (candidate, _) = try intake.next(now: time) {
                looks += 1
                try spool[.incoming].setModified(name.file, Int64(index + 1) * 1_000_000_000)
                let status = try #require(try spool[.incoming].status(of: name.file))
                intake.ended(candidate.name, .unfinished(status), now: time)
            }
        }
        #expect((4...15).contains(looks), "\(looks)")
    }

    @Test func `forgets files that change all the time for one that does not`() throws {
        var tracker = SettleTracker(settleTime: .seconds(2))
        try scratch.write("{", to: "incoming/a.json")
        let file = FilePath.Component("a.json")
        let first = try #require(try spool[.incoming].status(of: file))
        try spool[.incoming].setModified(file, 1_000_000_000)
        let second = try #require(try spool[.incoming].status(of: file))
        let names = try (0..<SettleTracker.capacity).map { try job("\($0).json") }
        for status in [first, second] {
            for name in names { tracker.sawUnfinished(name, status, now: start) }
        }
        let honest = try job("honest.json")
        tracker.sawUnfinished(honest, first, now: start)
        #expect(tracker.hasSettled(honest, now: start + .seconds(2))?.status == first)
        #expect(!tracker.holds(names[0]))
        #expect(tracker.holds(names[1]))
    }

    @Test func `looks again for files that were too many to remember`() throws {
        var tracker = SettleTracker(settleTime: .seconds(2))
        try scratch.write("{", to: "incoming/a.json")
        let status = try #require(try spool[.incoming].status(of: try job("a.json").file))
        for index in 0..<SettleTracker.capacity + 1 {
            tracker.sawUnfinished(try job("\(index).json"), status, now: start)
        }
        var hasMissed = tracker.takeMissed()
        #expect(!hasMissed)
        let due = tracker.takeDue(now: start + .seconds(2))
        #expect(due.count == SettleTracker.capacity)
        let more = tracker.takeDue(now: start + .seconds(2))
        #expect(more.isEmpty)
        for name in due { tracker.forget(name) }
        #expect(!tracker.isEmpty)
        hasMissed = tracker.takeMissed()
        #expect(hasMissed)
        #expect(tracker.isEmpty)
    }

    @Test func `gives a file that has changed the settle time anew`() throws {
        let name = try job("a.json")
        try scratch.write("{", to: "incoming/a.json")
        let first = try #require(try spool[.incoming].status(of: name.file))
        try scratch.write("{\"a\"", to: "incoming/a.json")
        let second = try #require(try spool[.incoming].status(of: name.file))
        var tracker = SettleTracker(settleTime: .seconds(2))
        tracker.sawUnfinished(name, first, now: start)
        tracker.sawUnfinished(name, first, now: start + .seconds(1))
        #expect(tracker.nextDue == start + .seconds(2))
        tracker.sawUnfinished(name, second, now: start + .seconds(1))
        #expect(tracker.nextDue == start + .seconds(3))
        #expect(tracker.hasSettled(name, now: start + .seconds(2)) == nil)
        #expect(tracker.hasSettled(name, now: start + .seconds(3))?.status == second)
        tracker.forget(name)
        #expect(tracker.isEmpty)
    }
}
