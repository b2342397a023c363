import SpoolCore
import SpoolSystem
import SpoolWatch
import SystemPackage
import Testing

@testable import SpoolService

@Suite struct `The quiet tracker` {
    let start = ContinuousClock.now
    let name = JobName("a.json")!

    private func time(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    /// Feeds events at their times, and tells at which one the name was due.
    private func due(_ events: [(at: Int, NameEvent)], pause: Duration = .zero) -> Int? {
        var tracker = QuietTracker(quietTime: .milliseconds(50))
        for now in 0...3000 {
            for (at, event) in events where at == now {
                _ = tracker.saw(name, NameHint(event, at: time(at)), pause: pause)
            }
            if tracker.nextDue.map({ $0 <= time(now) }) ?? false,
                !tracker.takeDue(now: time(now), look: { _ in nil }).isEmpty
            {
                return now
            }
        }
        return nil
    }

    @Test func `lets a name wait from its last event on`() {
        #expect(due([(0, .created)]) == 50)
        #expect(due([(0, .created), (0, .written), (10, .closed), (40, .touched)]) == 90)
        #expect(due([(0, .touched)]) == 50)
    }

    @Test func `lets a name wait while its writer has not closed it`() {
        #expect(due([(0, .created), (1, .written), (300, .closed)]) == 350)
        #expect(due([(0, .created), (1, .written), (100, .touched), (300, .closed)]) == 350)
    }

    @Test func `lets nobody hold a name for ever`() {
        #expect(due([(0, .created), (1, .written)]) == 50 * QuietTracker.patience)
        #expect(due((0..<300).map { ($0 * 10, .touched) }) == 50 * QuietTracker.patience)
    }

    @Test func `lets a name wait no more that has waited long enough, until it is given to a turn`() {
        var tracker = QuietTracker(quietTime: .milliseconds(50))
        for now in stride(from: 0, to: 1000, by: 10) {
            let isWaiting = tracker.saw(name, NameHint(.touched, at: time(now)), pause: .zero)
            #expect(isWaiting)
        }
        let due = tracker.takeDue(now: time(1000)) { _ in nil }
        #expect(due == [name])
        var isWaiting = tracker.saw(name, NameHint(.touched, at: time(1010)), pause: .zero)
        #expect(!isWaiting)
        isWaiting = tracker.found(name, changed: 1, now: time(1020))
        #expect(!isWaiting)
        tracker.forget(name)
        isWaiting = tracker.saw(name, NameHint(.touched, at: time(1030)), pause: .zero)
        #expect(isWaiting)
    }

    @Test func `lets a name wait for its pause at least`() {
        #expect(due([(0, .closed)], pause: .milliseconds(400)) == 400)
        #expect(due([(0, .closed), (390, .closed)], pause: .milliseconds(400)) == 440)
        #expect(due([(0, .arrived)], pause: .seconds(2)) == 2000)
    }

    @Test func `looks at what a scan has found, and waits on while it changes`() {
        var tracker = QuietTracker(quietTime: .milliseconds(50))
        var changed: Int64 = 1
        _ = tracker.found(name, changed: changed, now: time(0))
        changed = 2
        var due = tracker.takeDue(now: time(50)) { _ in changed }
        #expect(due.isEmpty)
        due = tracker.takeDue(now: time(99)) { _ in changed }
        #expect(due.isEmpty)
        due = tracker.takeDue(now: time(100)) { _ in changed }
        #expect(due == [name])
        #expect(tracker.isEmpty)
        // It changes all the time.
        _ = tracker.found(name, changed: changed, now: time(0))
        var end: Int?
        for now in 1...3000 where end == nil {
            changed += 1
            if !tracker.takeDue(now: time(now), look: { _ in changed }).isEmpty { end = now }
        }
        #expect(end == 50 * QuietTracker.patience)
    }

    @Test func `drops what is gone, and keeps what cannot be looked at`() {
        var tracker = QuietTracker(quietTime: .milliseconds(50))
        _ = tracker.found(name, changed: 1, now: time(0))
        var due = tracker.takeDue(now: time(50)) { _ in nil }
        #expect(due.isEmpty)
        #expect(tracker.isEmpty)
        _ = tracker.found(name, changed: 1, now: time(0))
        due = tracker.takeDue(now: time(50)) { (_) throws(SystemFailure) in
            throw SystemFailure("inspect", "a.json", .ioError)
        }
        #expect(due == [name])
    }

    @Test func `forgets a name of which a later one has the events`() {
        var tracker = QuietTracker(quietTime: .milliseconds(50))
        _ = tracker.saw(name, NameHint(.closed, at: time(0)), pause: .zero)
        tracker.forget(name)
        #expect(tracker.nextDue == nil)
        _ = tracker.saw(name, NameHint(.closed, at: time(20)), pause: .zero)
        var due = tracker.takeDue(now: time(60)) { _ in nil }
        #expect(due.isEmpty)
        due = tracker.takeDue(now: time(70)) { _ in nil }
        #expect(due == [name])
    }

    @Test func `looks again for names that were too many to remember`() throws {
        var tracker = QuietTracker(quietTime: .milliseconds(50))
        for index in 0...QuietTracker.capacity {
            let name = JobName(FilePath.Component("\(index).json")!)!
            _ = tracker.saw(name, NameHint(.closed, at: start), pause: .zero)
        }
        var hasMissed = tracker.takeMissed()
        #expect(!hasMissed)
        let due = tracker.takeDue(now: time(50)) { _ in nil }
        #expect(due.count == QuietTracker.capacity)
        #expect(!tracker.isEmpty)
        hasMissed = tracker.takeMissed()
        #expect(hasMissed)
        #expect(tracker.isEmpty)
    }

    @Test func `tells of jobs that cannot be claimed once, all together`() {
        var jobs = UnclaimableJobs()
        let failure = SystemFailure("claim", "x", .permissionDenied)
        let names = (0..<3000).map { JobName(FilePath.Component("\($0).json")!)! }
        for name in names { jobs.saw(name, failure, now: start) }
        var report = jobs.takeReport(now: time(999))
        #expect(report == nil)
        #expect(jobs.reportDue == time(1000))
        report = jobs.takeReport(now: time(1000))
        #expect(report?.count == 3000)
        for name in names { jobs.saw(name, failure, now: time(5000)) }
        #expect(jobs.reportDue == nil)
        jobs.saw(names[0], SystemFailure("claim", "x", .ioError), now: time(5000))
        report = jobs.takeReport(now: time(5000), isEnding: true)
        #expect(report?.count == 1)
    }
}
