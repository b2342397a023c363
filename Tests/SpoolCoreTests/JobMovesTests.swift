import FoundationEssentials
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `A job's moves` {
    let scratch: ScratchFolder
    let spool: Spool
    let moves: JobMoves
    let name: JobName = JobName("job.json")!  // A constant that is a job's name.

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path)
        moves = JobMoves(spool: spool, lease: try WorkerLease(in: spool, for: .named("w1")), durability: .full)
    }

    private func document(_ status: ResultDocument.Status = .done, id: String = "id-1") -> ResultDocument {
        ResultDocument(
            job: "job.json", id: id, status: status, worker: .named("w1"), submittedAt: Date(), claimedAt: Date())
    }

    private func drop(_ text: String = #"{ "some": "job" }"#) throws {
        try scratch.write(text, to: "incoming/job.json")
    }

    @Test func `lead from incoming to done, byte for byte, with the result beside it`() throws {
        try drop("{ \"odd\":\r\n  1.50}")
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        #expect(try scratch.list("processing/w1") == ["job.json"])
        try moves.record(document(.processing), of: name)
        #expect(try scratch.list("processing/w1") == ["job.json", "job.result.json"])
        #expect(try moves.commit(name, document()).name == name)
        #expect(try visible("processing/w1").isEmpty)
        #expect(try scratch.list("incoming").isEmpty)
        #expect(try scratch.list("tmp").isEmpty)
        #expect(try scratch.read("done/job.json") == "{ \"odd\":\r\n  1.50}")
        #expect(try spool.result(of: name)?.id == "id-1")
    }

    /// What is not hidden: files of old records are.
    private func visible(_ folder: String) throws -> [String] {
        try scratch.list(folder).filter { !$0.hasPrefix(".") }
    }

    @Test func `write each record whole into the file of an earlier one`() throws {
        for round in 1...5 {
            try drop()
            #expect(try moves.claim(name, from: spool[.incoming], as: name))
            var record = document(.processing, id: "id-\(round)")
            record.metadata = .string(String(repeating: "x", count: 500 / round))
            try moves.record(record, of: name)
            #expect(try JSONValue(parsing: scratch.read("processing/w1/job.result.json").utf8) == record.json)
            try moves.commit(name, document(id: "id-\(round)"))
            #expect(try visible("processing/w1").isEmpty)
            #expect(try scratch.list("processing/w1").count == 1)
        }
    }

    @Test func `have one winner`() throws {
        try drop()
        let other = JobMoves(spool: spool, lease: try WorkerLease(in: spool, for: .named("w2")), durability: .none)
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        #expect(try !other.claim(name, from: spool[.incoming], as: name))
    }

    @Test func `never overwrite history`() throws {
        var ends: [JobName] = []
        for round in 1...12 {
            try drop("{\"round\": \(round)}")
            #expect(try moves.claim(name, from: spool[.incoming], as: name))
            ends.append(try moves.commit(name, document(id: "id-\(round)")).name)
        }
        #expect(ends.prefix(3).map(\.description) == ["job.json", "job~2.json", "job~3.json"])
        #expect(Set(ends).count == 12)
        for (index, end) in ends.enumerated() {
            #expect(try scratch.read("done/\(end)") == "{\"round\": \(index + 1)}")
            #expect(try spool.result(in: .done, named: end.result)?.id == "id-\(index + 1)")
        }
    }

    @Test func `do not take a result's name from a job that was moved by hand`() throws {
        try scratch.write("by hand", to: "failed/job.json")
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        #expect(try moves.commit(name, document(.failed)).name.description == "job~2.json")
        #expect(try scratch.list("failed") == ["job.json", "job~2.json", "job~2.result.json"])
    }

    @Test func `lead back without a trace`() throws {
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        try moves.record(document(.processing), of: name)
        try moves.giveBack(name, id: "id-1")
        #expect(try scratch.list("incoming") == ["job.json"])
        #expect(try visible("processing/w1").isEmpty)
        #expect(try moves.lease.release())
        #expect(try scratch.list("processing").isEmpty)
    }

    @Test func `lead back beside a new job of the same name`() throws {
        try drop("old")
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        try drop("new")
        try moves.giveBack(name, id: "id-1")
        #expect(try scratch.read("incoming/job.json") == "new")
        #expect(try scratch.read("incoming/job~2.json") == "old")
    }

    @Test func `leave no result behind when the job itself cannot be moved`() throws {
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        try FileManager.default.removeItem(atPath: scratch.path.appending("processing/w1/job.json").string)
        #expect(throws: SystemFailure.self) { try moves.commit(name, document()) }
        #expect(try scratch.list("done").isEmpty)
    }
}

@Suite struct `A dead worker's claims` {
    let scratch: ScratchFolder
    let spool: Spool
    let me = ResultDocument.Worker.named("me")

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path)
    }

    /// Leaves a claim folder and a lease that nobody holds.
    private func die(_ id: String, host: String = "here") throws {
        try scratch.write("{}", to: "processing/\(id)/job.json")
        try scratch.write(
            #"{"id": "\#(id)", "host": "\#(host)", "pid": 1, "version": "1"}"#, to: ".spool/workers/\(id).json")
    }

    @Test func `are found, but not those of the living, of other hosts, or my own`() throws {
        let alive = try WorkerLease(in: spool, for: .named("alive"))
        let mine = try WorkerLease(in: spool, for: me)
        try die("dead")
        try die("far", host: "elsewhere")
        try scratch.write("{}", to: "processing/leaseless/job.json")
        let orphans = try OrphanedClaims.find(in: spool, as: me)
        #expect(Set(orphans.map(\.id)) == ["dead", "leaseless"])
        #expect(try orphans[0].jobs().map(\.description) == ["job.json"])
        withExtendedLifetime((alive, mine)) {}
    }

    @Test func `are found by one worker at a time`() throws {
        try die("dead")
        let first = try OrphanedClaims.find(in: spool, as: me)
        #expect(try OrphanedClaims.find(in: spool, as: .named("other")).isEmpty)
        #expect(first.count == 1)
    }

    @Test func `are removed once they are empty, records included`() throws {
        try die("dead")
        let orphan = try #require(try OrphanedClaims.find(in: spool, as: me).first)
        try scratch.write("{}", to: "processing/dead/other.result.json")
        try scratch.write("{}", to: "processing/dead/.record-7")
        #expect(try !orphan.remove())
        try FileManager.default.removeItem(atPath: scratch.path.appending("processing/dead/job.json").string)
        #expect(try orphan.remove())
        #expect(try scratch.list("processing").isEmpty)
        #expect(try scratch.list(".spool/workers").isEmpty)
    }

    @Test func `that were as good as committed are committed, not done again`() throws {
        try die("dead")
        var document = ResultDocument(
            job: "job.json", id: "id-1", status: .done, worker: .named("dead"), submittedAt: Date(), claimedAt: Date())
        try scratch.write(document.json.text(), to: "done/job.result.json")
        document.status = .processing
        try scratch.write(document.json.text(), to: "processing/dead/job.result.json")
        let orphan = try #require(try OrphanedClaims.find(in: spool, as: me).first)
        let moves = JobMoves(spool: spool, lease: try WorkerLease(in: spool, for: me), durability: .full)
        let name = try #require(JobName("job.json"))
        #expect(try moves.finishCommit(of: name, in: orphan, recorded: #require(try orphan.record(of: name))))
        #expect(try scratch.list("done") == ["job.json", "job.result.json"])
        #expect(try scratch.list("processing/dead").isEmpty)
    }

    @Test func `are found as committed also under a suffix`() throws {
        try die("dead")
        var document = ResultDocument(
            job: "job.json", id: "id-1", status: .failed, worker: .named("dead"), submittedAt: Date(), claimedAt: Date()
        )
        try scratch.write("by hand", to: "failed/job.json")
        try scratch.write(document.json.text(), to: "failed/job~2.result.json")
        document.status = .processing
        let orphan = try #require(try OrphanedClaims.find(in: spool, as: me).first)
        let moves = JobMoves(spool: spool, lease: try WorkerLease(in: spool, for: me), durability: .full)
        #expect(try moves.finishCommit(of: #require(JobName("job.json")), in: orphan, recorded: document))
        #expect(try scratch.list("failed") == ["job.json", "job~2.json", "job~2.result.json"])
    }

    @Test func `are not committed by another job's result of the same name`() throws {
        try die("dead")
        let other = ResultDocument(
            job: "job.json", id: "other", status: .done, worker: .named("x"), submittedAt: Date(), claimedAt: Date())
        try scratch.write(other.json.text(), to: "done/job.result.json")
        try scratch.write("{}", to: "done/job.json")
        var mine = other
        mine.id = "mine"
        let orphan = try #require(try OrphanedClaims.find(in: spool, as: me).first)
        let moves = JobMoves(spool: spool, lease: try WorkerLease(in: spool, for: me), durability: .full)
        #expect(try !moves.finishCommit(of: #require(JobName("job.json")), in: orphan, recorded: mine))
        #expect(try scratch.list("processing/dead") == ["job.json"])
    }
}

extension ResultDocument.Worker {
    static func named(_ id: String) -> Self { Self(id: id, host: "here", pid: 1, version: "test") }
}
