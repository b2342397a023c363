import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@testable import SpoolWorker

@Suite struct `The intake` {
    let scratch: ScratchFolder
    let spool: Spool
    let start = ContinuousClock.now

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path)
    }

    private func job(_ name: String) throws -> JobName { try #require(FilePath.Component(name).flatMap(JobName.init)) }

    @Test func `gives each waiting name once, and is idle when all have ended`() throws {
        for index in 0..<600 { try scratch.write("{}", to: "incoming/\(index).json") }
        var intake = Intake(spool, settleTime: .seconds(2))
        var seen: [JobName] = []
        var isIdle: Bool
        while let (candidate, settled) = try intake.next(now: start) {
            #expect(settled == nil)
            seen.append(candidate.name)
        }
        #expect(Set(seen).count == 600)
        #expect(seen.count == 600)
        isIdle = intake.isIdle
        #expect(!isIdle)
        for name in seen { intake.ended(name, .finished(.done), now: start) }
        isIdle = intake.isIdle
        #expect(isIdle)
        #expect(try intake.next(now: start) == nil)
    }

    @Test func `gives a name that is under way again only after it has ended`() throws {
        var intake = Intake(spool, settleTime: .seconds(2))
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
        var intake = Intake(spool, settleTime: .seconds(2))
        _ = try intake.next(now: start)
        intake.ended(name, .unfinished(status), now: start)
        intake.scan()
        #expect(try intake.next(now: start + .seconds(1)) == nil)
        let isIdle = intake.isIdle
        #expect(!isIdle)
        #expect(intake.nextDue == start + .seconds(2))
        let again = try intake.next(now: start + .seconds(2))
        #expect(again?.0.name == name)
        #expect(again?.settled == status)
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
        #expect(tracker.hasSettled(name, now: start + .seconds(3)) == second)
        tracker.forget(name)
        #expect(tracker.isEmpty)
    }
}
