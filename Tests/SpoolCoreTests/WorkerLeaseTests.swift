import FoundationEssentials
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `A worker's lease` {
    let scratch: ScratchFolder
    let spool: Spool
    let start = ContinuousClock.now

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path)
    }

    /// Leaves a claim folder and a lease that nobody holds.
    private func die(_ id: String, on host: HostIdentity = .here) throws {
        // The lock goes with the last reference, as with a process.
        _ = try WorkerLease(in: spool, for: .named(id, on: host))
        try scratch.write("{}", to: "processing/\(id)/job.json")
    }

    private func watch(_ id: String = "me", on host: HostIdentity = .here) throws -> LeaseWatch {
        try LeaseWatch(spool, as: .named(id, on: host))
    }

    /// Looks as often as a running worker does; what the last one finds.
    private func looks(_ watch: inout LeaseWatch, after begin: Int, until end: Int) throws -> [OrphanedClaims] {
        for second in stride(from: begin + 5, to: end, by: 5) { _ = try watch.orphans(now: start + .seconds(second)) }
        return try watch.orphans(now: start + .seconds(end))
    }

    @Test func `is known as dead at once to the same kernel when its process has ended`() throws {
        let alive = try WorkerLease(in: spool, for: .named("alive"))
        let mine = try WorkerLease(in: spool, for: .named("me"))
        try die("dead")
        var watch = try watch()
        let orphans = try watch.orphans(now: start)
        #expect(orphans.map(\.id) == ["dead"])
        #expect(try orphans[0].jobs().map(\.description) == ["job.json"])
        withExtendedLifetime((alive, mine)) {}
    }

    @Test func `is known as dead at once to the same machine after it was started again`() throws {
        try die("dead", on: HostIdentity(name: "here", boot: "boot-0", machine: "machine-1"))
        var watch = try watch()
        #expect(try watch.orphans(now: start).map(\.id) == ["dead"])
    }

    @Test func `of another host is dead once its beat has stood still for as long as it holds`() throws {
        try die("far", on: .elsewhere)
        var watch = try watch()
        #expect(try watch.orphans(now: start).isEmpty)
        #expect(try looks(&watch, after: 0, until: 29).isEmpty)
        #expect(watch.isUndecided)
        #expect(try looks(&watch, after: 29, until: 31).map(\.id) == ["far"])
        #expect(!watch.isUndecided)
    }

    @Test func `is not judged by time in which the observer saw nothing`() throws {
        try die("far", on: .elsewhere)
        var watch = try watch()
        #expect(try watch.orphans(now: start).isEmpty)
        // The observer slept: so may have the other.
        #expect(try watch.orphans(now: start + .seconds(3600)).isEmpty)
        #expect(try looks(&watch, after: 3600, until: 3629).isEmpty)
        #expect(try looks(&watch, after: 3629, until: 3631).map(\.id) == ["far"])
    }

    @Test func `that cannot be judged does not keep the others`() throws {
        try die("dead")
        try FileManager.default.createDirectory(
            atPath: scratch.path.appending(".spool/workers/odd.json").string, withIntermediateDirectories: false)
        let long = String(repeating: "x", count: 253)
        for name in ["odd", long] {
            try FileManager.default.createDirectory(
                atPath: scratch.path.appending("processing/\(name)").string, withIntermediateDirectories: false)
        }
        var watch = try watch()
        var troubled: Set<String> = []
        #expect(try watch.orphans(now: start) { worker, _ in troubled.insert(worker) }.map(\.id) == ["dead"])
        #expect(troubled == ["odd", long])
    }

    @Test func `shows its beat in whole seconds, whatever the clock says`() throws {
        let lease = try WorkerLease(in: spool, for: .named("w"))
        var times: Set<Int64> = []
        for _ in 1...3 {
            #expect(try lease.beat(now: 0))
            let status = try spool[.control].folder("workers").status(of: "w.json")
            times.insert(try #require(status).modified / 1_000_000_000)
        }
        #expect(times.count == 3)
    }

    @Test func `shows no time that is still to come, however often it beats`() throws {
        let lease = try WorkerLease(in: spool, for: .named("w"))
        let start = Date().nanoseconds + 5_000_000_000
        for beat in 0..<12 {
            let now = start + Int64(beat) * 167_000_000
            #expect(try lease.beat(now: now))
            #expect(try spool[.control].folder("workers").status(of: "w.json")?.modified == now)
        }
    }

    @Test func `holds for as long as the beat goes on, whatever times it shows`() throws {
        let far = try WorkerLease(in: spool, for: .named("far", on: .elsewhere))
        var watch = try watch()
        for (index, time) in [Int64(5), 1, 4_000_000_000_000_000_000, 4].enumerated() {
            #expect(try looks(&watch, after: 25 * (index - 1), until: 25 * index).isEmpty)
            #expect(try far.beat(now: time))
        }
        #expect(try looks(&watch, after: 75, until: 100).isEmpty)
        #expect(try looks(&watch, after: 100, until: 135).map(\.id) == ["far"])
    }

    @Test func `of a worker that sleeps runs out although its process lives`() throws {
        let sleeper = try WorkerLease(in: spool, for: .named("sleeper"))
        var watch = try watch()
        #expect(try watch.orphans(now: start).isEmpty)
        let orphan = try #require(try looks(&watch, after: 0, until: 31).first)
        #expect(orphan.id == "sleeper")
        #expect(try sleeper.beat(now: 1))
        #expect(try orphan.remove())
        #expect(try !sleeper.beat(now: 2))
    }

    @Test func `that nobody wrote is waited for`() throws {
        try scratch.write("{}", to: "processing/leaseless/job.json")
        var watch = try watch()
        #expect(try watch.orphans(now: start).isEmpty)
        #expect(try looks(&watch, after: 0, until: 31).map(\.id) == ["leaseless"])
    }

    @Test func `gives its jobs to one worker of its kernel at a time`() throws {
        try die("dead")
        var mine = try watch()
        var other = try watch("other")
        let first = try mine.orphans(now: start)
        #expect(try other.orphans(now: start).isEmpty)
        #expect(first.count == 1)
    }

    @Test func `goes with its folder once that is empty, records included`() throws {
        try die("dead")
        var watch = try watch()
        let orphan = try #require(try watch.orphans(now: start).first)
        try scratch.write("{}", to: "processing/dead/other.result.json")
        try scratch.write("{}", to: "processing/dead/.record-7")
        // What a producer has made there is no hindrance.
        try scratch.write("", to: "tmp/.dead.folder/file")
        #expect(try !orphan.remove())
        try FileManager.default.removeItem(atPath: scratch.path.appending("processing/dead/job.json").string)
        #expect(try orphan.remove())
        #expect(try scratch.list("processing").isEmpty)
        #expect(try scratch.list(".spool/workers").isEmpty)
    }

    @Test func `without a folder is removed, with what its worker left elsewhere`() throws {
        try die("dead")
        try scratch.write("", to: ".spool/workers/half.json")
        for folder in ["incoming", "done", "tmp", ".spool"] { try scratch.write("", to: "\(folder)/.probe-dead") }
        try scratch.write("", to: "tmp/.dead.1.tmp")
        try scratch.write("", to: "tmp/.other.1.tmp")
        try FileManager.default.removeItem(atPath: scratch.path.appending("processing/dead").string)
        var watch = try watch()
        #expect(try watch.orphans(now: start).isEmpty)
        #expect(try scratch.list(".spool/workers") == ["half.json"])
        for folder in ["incoming", "done"] { #expect(try scratch.list(folder).isEmpty) }
        #expect(try scratch.list("tmp") == [".other.1.tmp"])
        #expect(watch.isUndecided)
        #expect(try looks(&watch, after: 0, until: 31).isEmpty)
        #expect(try scratch.list(".spool/workers").isEmpty)
    }

    @Test func `of another host is shown alive, then silent, then dead, whatever that host's clock says`() throws {
        let far = try WorkerLease(in: spool, for: .named("far", on: .elsewhere))
        #expect(try far.beat(now: 1_000_000_000))
        #expect(try spool.workers(later: .seconds(20)).map(\.state) == [.alive])
        #expect(try spool.workers(later: .seconds(50)).map(\.state) == [.silent])
        #expect(try spool.workers(later: .seconds(70)).map(\.state) == [.dead])
        #expect(try scratch.list("tmp").isEmpty)
    }

    @Test func `of a stopped process of this host is shown silent, with the age of its last beat`() throws {
        let stopped = try WorkerLease(in: spool, for: .named("stopped", on: .current()))
        let young = try #require(try spool.workers().first)
        #expect(young.state == .alive && young.silence < 30)
        let old = try #require(try spool.workers(later: .seconds(3600)).first)
        #expect(old.state == .silent && (3600..<3630).contains(old.silence))
        withExtendedLifetime(stopped) {}
    }

    @Test func `is shown dead also while another worker takes its jobs over`() throws {
        var dead: WorkerLease? = try WorkerLease(in: spool, for: .named("dead", on: .current()))
        dead = nil
        #expect(dead == nil)
        var mine = try LeaseWatch(spool, as: .named("mine", on: .current()))
        let orphans = try mine.orphans(now: start)
        #expect(orphans.map(\.id) == ["dead"])
        #expect(try spool.workers().map(\.state) == [.dead])
        withExtendedLifetime(orphans) {}
    }

    @Test func `is never taken for what is no lease`() throws {
        for name in [".json", "notes.txt", ".hidden.json"] { try scratch.write("", to: ".spool/workers/\(name)") }
        let bytes = Array("caf".utf8) + [0xE9] + Array(".json".utf8)
        _ = try spool[.control].folder("workers").create(#require(FilePath.Component(bytes: bytes)))
        var watch = try watch()
        #expect(try looks(&watch, after: 0, until: 62).isEmpty)
        #expect(try spool.workers().isEmpty)
        #expect(try scratch.list(".spool/workers").count == 4)
    }

    @Test func `is listed among files that are no leases`() throws {
        let lease = try WorkerLease(in: spool, for: .named("w1"))
        for stray in ["x", "notes.txt"] { try scratch.write("{}", to: ".spool/workers/\(stray)") }
        try scratch.write("{}", to: ".spool/workers/folder.json/inside")
        #expect(try spool.workers().map(\.worker.id) == ["w1"])
        withExtendedLifetime(lease) {}
    }

    @Test func `shows why nothing is claimed`() throws {
        let lease = try WorkerLease(in: spool, for: .named("w1"))
        #expect(try spool.workers().map(\.pause) == [nil])
        try lease.show(pause: "the disk is \"full\"")
        #expect(try spool.workers().map(\.pause) == ["the disk is \"full\""])
        try lease.show(pause: nil)
        #expect(try spool.workers().map(\.pause) == [nil])
        #expect(try lease.release())
    }
}

@Suite struct `A dead worker's job` {
    let scratch: ScratchFolder
    let spool: Spool
    let moves: JobMoves
    let orphan: OrphanedClaims
    let name: JobName = JobName("job.json")!  // A constant that is a job's name.

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path)
        moves = try JobMoves(spool, as: "me")
        // The lock goes with the last reference, as with a process.
        _ = try WorkerLease(in: spool, for: .named("dead"))
        try scratch.write("{}", to: "processing/dead/job.json")
        var watch = try LeaseWatch(spool, as: .named("me"))
        orphan = try #require(try watch.orphans(now: .now).first)
    }

    private func document(
        _ status: ResultDocument.Status, by worker: String = "dead", attempts: Int = 1
    ) -> ResultDocument {
        ResultDocument(
            job: "job.json", id: "id-1", state: .of(status), worker: .named(worker), submittedAt: Date(),
            claimedAt: Date(), attempts: (0..<attempts).map { .init(number: $0 + 1, startedAt: Date()) })
    }

    private func record(_ document: ResultDocument, inode: UInt64? = nil) throws {
        let file = try #require(try orphan.folder.status(of: name.file))
        var object = try #require(document.json.object)
        object["inode"] = .number(Int(inode ?? file.inode))
        try scratch.write(JSONValue.object(object).text(), to: "processing/dead/job.result.json")
    }

    @Test func `has only a record that tells of its own file`() throws {
        #expect(try orphan.record(of: name) == nil)
        try record(document(.processing))
        #expect(try orphan.record(of: name)?.id == "id-1")
        // After a power cut the content of an older record can stand under a new job's name.
        try record(document(.processing), inode: 1)
        #expect(try orphan.record(of: name) == nil)
        try scratch.write("", to: "processing/dead/job.result.json")
        #expect(try orphan.record(of: name) == nil)
    }

    @Test(arguments: [ResultDocument.Status.done, .failed, .retry])
    func `that was as good as moved on is moved on, not done again`(status: ResultDocument.Status) throws {
        let state = status.rawValue
        try scratch.write(document(status).json.text(), to: "\(state)/job.result.json")
        try record(document(.processing))
        let recorded = try #require(try orphan.record(of: name))
        #expect(try moves.finishCommit(of: name, in: orphan, recorded: recorded))
        #expect(try scratch.list(state) == ["job.json", "job.result.json"])
        #expect(try scratch.list("processing/dead").isEmpty)
    }

    /// File times may be coarse: waits until they tell a file that is written now from this one.
    private func waitForTime(after file: String) throws {
        func changed(_ file: String) throws -> Int64 {
            let path = scratch.path.pushing(FilePath(file))
            let name = try #require(path.lastComponent)
            return try #require(try Folder(at: path.removingLastComponent()).status(of: name)).changed
        }
        repeat { try scratch.write("", to: "clock") } while try changed("clock") <= changed(file)
    }

    @Test func `is moved on without a record, which a power cut may have taken, beside a result of its claim`() throws {
        try waitForTime(after: "processing/dead/job.json")
        try scratch.write(document(.done, by: "other").json.text(), to: "done/job.result.json")
        #expect(try !moves.finishCommit(of: name, in: orphan, recorded: nil))
        try scratch.write(document(.done).json.text(), to: "done/job~2.result.json")
        #expect(try moves.finishCommit(of: name, in: orphan, recorded: nil))
        #expect(try scratch.list("done") == ["job.result.json", "job~2.json", "job~2.result.json"])
    }

    @Test func `is not moved on without a record to a result that it had before it was put back`() throws {
        try scratch.write(document(.failed).json.text(), to: "failed/job.result.json")
        try waitForTime(after: "failed/job.result.json")
        // The claim is a change of the job's file.
        try orphan.folder.move(name.file, to: spool[.incoming], as: name.file)
        try spool[.incoming].move(name.file, to: orphan.folder, as: name.file)
        #expect(try !moves.finishCommit(of: name, in: orphan, recorded: nil))
        #expect(try scratch.list("failed") == ["job.result.json"])
    }

    @Test func `is found as moved on also under a suffix`() throws {
        try scratch.write("by hand", to: "failed/job.json")
        try scratch.write(document(.failed).json.text(), to: "failed/job~2.result.json")
        #expect(try moves.finishCommit(of: name, in: orphan, recorded: document(.processing)))
        #expect(try scratch.list("failed") == ["job.json", "job~2.json", "job~2.result.json"])
    }

    @Test func `is not moved on by another job's result of the same name`() throws {
        var other = document(.done, by: "x")
        other.id = "other"
        try scratch.write(other.json.text(), to: "done/job.result.json")
        try scratch.write("{}", to: "done/job.json")
        #expect(try !moves.finishCommit(of: name, in: orphan, recorded: document(.processing)))
        #expect(try scratch.list("processing/dead") == ["job.json"])
        #expect(try scratch.list("done").count == 2)
    }

    @Test func `does not go back to where it was claimed from; what it left there is removed`() throws {
        try scratch.write(document(.retry, by: "earlier", attempts: 1).json.text(), to: "retry/job.result.json")
        try scratch.write(document(.failed, attempts: 1).json.text(), to: "failed/job.result.json")
        #expect(try !moves.finishCommit(of: name, in: orphan, recorded: document(.processing, attempts: 2)))
        #expect(try scratch.list("retry").isEmpty)
        #expect(try scratch.list("failed").isEmpty)
        #expect(try scratch.list("processing/dead") == ["job.json"])
    }
}
