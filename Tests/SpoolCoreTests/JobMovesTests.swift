import Foundation
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
        moves = try JobMoves(spool, as: "w1")
    }

    private func document(_ status: ResultDocument.Status = .done, id: String = "id-1") -> ResultDocument {
        ResultDocument(
            job: "job.json", id: id, state: .of(status), worker: .named("w1"), submittedAt: Date(), claimedAt: Date())
    }

    private func drop(_ text: String = #"{ "some": "job" }"#) throws {
        try scratch.write(text, to: "incoming/job.json")
    }

    @Test func `lead from incoming to done, byte for byte, with the result beside it`() throws {
        try drop("{ \"odd\":\r\n  1.50}")
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        #expect(try scratch.list("processing/w1") == ["job.json"])
        try moves.record(document(.processing), of: name, file: file())
        #expect(try scratch.list("processing/w1") == ["job.json", "job.result.json"])
        #expect(try moves.commit(name, document()) == .committed(name, unflushed: nil))
        #expect(try visible("processing/w1").isEmpty)
        #expect(try scratch.list("incoming").isEmpty)
        #expect(try scratch.list("tmp").isEmpty)
        #expect(try scratch.read("done/job.json") == "{ \"odd\":\r\n  1.50}")
        #expect(try spool.result(of: name)?.id == "id-1")
    }

    /// The claimed job's.
    private func file() throws -> FileStatus { try #require(try moves.lease.claims.status(of: name.file)) }

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
            try moves.record(record, of: name, file: file())
            let written = try JSONValue(parsing: scratch.read("processing/w1/job.result.json").utf8)
            #expect(try ResultDocument(json: written).json == record.json)
            try moves.commit(name, document(id: "id-\(round)"))
            #expect(try visible("processing/w1").isEmpty)
            #expect(try scratch.list("processing/w1").count == 1)
        }
    }

    @Test func `bring a job's history before the job, and take it back if another worker was faster`() throws {
        try scratch.write("{}", to: "retry/job.json")
        let waiting = try #require(try spool[.retry].status(of: name.file))
        #expect(try moves.claim(name, from: spool[.retry], withHistory: document(.processing), file: waiting))
        #expect(try scratch.list("processing/w1") == ["job.json", "job.result.json"])
        let other = try JobMoves(spool, as: "w2")
        #expect(try !other.claim(name, from: spool[.retry], withHistory: document(.processing), file: waiting))
        try scratch.write("{}", to: "retry/job.json")
        try scratch.write("in the way", to: "processing/w2/job.json")
        try other.record(
            document(.processing, id: "of what is in the way"), of: name,
            file: try #require(try other.lease.claims.status(of: name.file)))
        #expect(throws: SystemFailure.self) {
            try other.claim(name, from: spool[.retry], withHistory: document(.processing), file: waiting)
        }
        #expect(try visible("processing/w2") == ["job.json", "job.result.json"])
        // It keeps its own history.
        #expect(try scratch.read("processing/w2/job.result.json").contains("of what is in the way"))
    }

    @Test func `take the result back where a job's end cannot be announced`() throws {
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        try moves.record(document(.processing), of: name, file: file())
        try scratch.write("no folder", to: "notify")
        #expect(throws: SystemFailure.self) { try moves.commit(name, document()) }
        #expect(try scratch.list("done").isEmpty)
        #expect(try visible("processing/w1") == ["job.json", "job.result.json"])
        try FileManager.default.removeItem(atPath: scratch.path.appending("notify").string)
        #expect(try moves.commit(name, document()) == .committed(name, unflushed: nil))
        #expect(try scratch.list("done") == ["job.json", "job.result.json"])
    }

    @Test func `have the settings of the moment, and one set of records and held jobs`() throws {
        var later = moves
        later.durability = .none
        try drop()
        moves.held.insert(name)
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        #expect(try later.strays().isEmpty)
        try moves.record(document(.processing), of: name, file: file())
        #expect(try later.commit(name, document()) == .committed(name, unflushed: nil))
        #expect(try scratch.list("done") == ["job.json", "job.result.json"])
    }

    @Test func `show who has a job that is gone from the claim folder`() throws {
        func lost(_ document: ResultDocument) throws -> JobMoves.Whereabouts {
            try moves.whereabouts(of: name, file, document)
        }
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        let file = try file()
        let document = document(.processing)
        try moves.record(document, of: name, file: file)
        let other = try JobMoves(spool, as: "w2")
        #expect(try other.claim(name, from: moves.lease.claims, as: name))
        #expect(try lost(document) == .takenOver(by: "w2"))
        var done = self.document()
        done.worker = .named("w2")
        try other.commit(name, done)
        #expect(try lost(document) == .takenOver(by: "w2"))
        for place in ["incoming/job.json", "failed/job~2.json"] {
            try FileManager.default.moveItem(
                atPath: scratch.path.appending("done/job.json").string, toPath: scratch.path.appending(place).string)
            #expect(try lost(document) == .moved(to: FilePath(place)))
            try FileManager.default.moveItem(
                atPath: scratch.path.appending(place).string, toPath: scratch.path.appending("done/job.json").string)
        }
        try FileManager.default.removeItem(atPath: scratch.path.appending("done/job.json").string)
        #expect(try lost(document) == .moved(to: nil))
        try moves.forget(name)
        #expect(try visible("processing/w1").isEmpty)
        try FileManager.default.removeItem(atPath: scratch.path.appending(".spool/workers/w1.json").string)
        #expect(try lost(document) == .takenOver(by: nil))
    }

    @Test func `leave a result alone that another worker has put beside the same job`() throws {
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        try moves.record(document(.processing), of: name, file: file())
        // It sleeps, and the other one finishes the job.
        try scratch.write("{}", to: "done/job.json")
        try scratch.write(document().json.text(), to: "done/job.result.json")
        try moves.lease.claims.remove(name.file)
        #expect(try moves.commit(name, document()) == .fenced)
        #expect(try scratch.list("done") == ["job.json", "job.result.json"])
        #expect(try scratch.list("tmp").isEmpty)
    }

    @Test func `put back what a failed turn has left, with its story`() throws {
        try drop()
        moves.held.insert(name)
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        #expect(try moves.strays().isEmpty)
        moves.held.remove(name)
        #expect(try moves.strays() == [name])
        try moves.putBack(stray: name)
        #expect(try scratch.list("incoming") == ["job.json"])

        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        var record = document(.processing)
        record.attempts = [ResultDocument.Attempt(number: 1, startedAt: Date())]
        try moves.record(record, of: name, file: file())
        try moves.putBack(stray: name)
        #expect(try scratch.list("retry") == ["job.json", "job.result.json"])
        #expect(try spool.result(in: .retry, named: name.result)?.attempts.count == 1)

        #expect(
            try moves.claim(
                name, from: spool[.retry], withHistory: record,
                file: try #require(try spool[.retry].status(of: name.file))))
        try spool[.retry].remove(name.result)
        var done = document()
        done.attempts = record.attempts
        try scratch.write(done.json.text(), to: "done/job.result.json")
        try moves.putBack(stray: name)
        #expect(try scratch.list("done") == ["job.json", "job.result.json"])
        #expect(try moves.strays().isEmpty)
    }

    @Test func `go round what lies under a result's name and cannot be read`() throws {
        try drop()
        for folder in ["failed/job.result.json", "done/other"] {
            try FileManager.default.createDirectory(
                atPath: scratch.path.pushing(FilePath(folder)).string, withIntermediateDirectories: false)
        }
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path.appending("done/job.result.json").string, withDestinationPath: "other")
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        #expect(try moves.leftResult(of: name) == nil)
        #expect(try end(of: moves.commit(name, document())).description == "job~2.json")
        #expect(try scratch.list("done") == ["job.result.json", "job~2.json", "job~2.result.json", "other"])
    }

    @Test func `have one winner`() throws {
        try drop()
        let other = try JobMoves(spool, as: "w2")
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        #expect(try !other.claim(name, from: spool[.incoming], as: name))
    }

    @Test func `never overwrite history`() throws {
        var ends: [JobName] = []
        for round in 1...12 {
            try drop("{\"round\": \(round)}")
            #expect(try moves.claim(name, from: spool[.incoming], as: name))
            ends.append(try end(of: moves.commit(name, document(id: "id-\(round)"))))
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
        #expect(try end(of: moves.commit(name, document(.failed))).description == "job~2.json")
        #expect(try scratch.list("failed") == ["job.json", "job~2.json", "job~2.result.json"])
    }

    @Test func `lead back without a trace`() throws {
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        try moves.record(document(.processing), of: name, file: file())
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

    @Test func `end without a trace when another worker has taken the job over`() throws {
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        let other = try JobMoves(spool, as: "w2")
        #expect(try other.claim(name, from: moves.lease.claims, as: name))
        #expect(try !moves.holds(name))
        #expect(try moves.commit(name, document()) == .fenced)
        #expect(try scratch.list("done").isEmpty)
        #expect(try moves.commit(name, document(.failed)) == .fenced)
        #expect(try scratch.list("failed").isEmpty)
        #expect(try other.holds(name))
    }

    @Test func `replace the result that the job's earlier holder left, and no other`() throws {
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        try scratch.write(document(.failed).json.text(), to: "done/job.result.json")
        #expect(try end(of: moves.commit(name, document())) == name)
        #expect(try spool.result(of: name)?.status == .done)
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        try FileManager.default.removeItem(atPath: scratch.path.appending("done/job.json").string)
        #expect(try end(of: moves.commit(name, document(id: "id-2"))).description == "job~2.json")
        #expect(try spool.result(in: .done, named: name.result)?.id == "id-1")
    }

    @Test func `lead to retry, where the file's time says when it is due`() throws {
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        var waiting = document(.retry)
        waiting.state = .retry(at: Date(timeIntervalSince1970: 4_000_000_000.25), because: nil)
        #expect(try end(of: moves.commit(name, waiting)) == name)
        #expect(try scratch.list("retry") == ["job.json", "job.result.json"])
        #expect(try spool[.retry].status(of: name.file)?.modified == 4_000_000_000_250_000_000)
        #expect(try spool.result(in: .retry, named: name.result)?.retryAt == waiting.retryAt)
    }

    @Test func `lead to retry without a byte written when nothing can be`() throws {
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        try moves.record(document(.processing), of: name, file: file())
        try moves.setAside(name, id: "id-1")
        #expect(try scratch.list("retry") == ["job.json", "job.result.json"])
        #expect(try spool.result(in: .retry, named: name.result)?.id == "id-1")
        #expect(try visible("processing/w1").isEmpty)
    }

    @Test(arguments: ["failed", "done", "retry"])
    func `find the result that was left by a job which was put back by hand`(state: String) throws {
        try scratch.write(document(.failed).json.text(), to: "\(state)/job.result.json")
        let left = try #require(try moves.leftResult(of: name))
        #expect(left.document.id == "id-1")
        try left.remove()
        #expect(try moves.leftResult(of: name) == nil)
        // With its job beside it, it is no leftover.
        try scratch.write(document(.failed).json.text(), to: "\(state)/job.result.json")
        try scratch.write("{}", to: "\(state)/job.json")
        #expect(try moves.leftResult(of: name) == nil)
    }

    @Test func `find the result that the same worker left, whatever else it has just claimed`() throws {
        try scratch.write(document(.failed).json.text(), to: "failed/job.result.json")
        try scratch.write("{}", to: "processing/w1/other.json")
        try drop()
        // Claimed and not recorded yet: when the worker asks.
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        #expect(try moves.leftResult(of: name)?.document.id == "id-1")
        // Another worker cannot tell whether this is that job, under its own name or another.
        let other = try JobMoves(spool, as: "w2")
        #expect(try other.leftResult(of: name) == nil)
        try scratch.write(document(.retry).json.text(), to: "retry/job~2.result.json")
        #expect(try other.leftResult(of: name.distinguished(by: "2")) == nil)
    }

    @Test func `do not take the result of a commit that is under way for one that was left`() throws {
        try drop()
        #expect(try moves.claim(name, from: spool[.incoming], as: name))
        try moves.record(document(.processing), of: name, file: file())
        try scratch.write(document(.failed).json.text(), to: "failed/job.result.json")
        let other = try JobMoves(spool, as: "w2")
        #expect(try other.leftResult(of: name) == nil)
        try moves.lease.claims.remove(name.result)
        // Just claimed, nothing recorded: it could be that job.
        #expect(try other.leftResult(of: name) == nil)
        try moves.giveBack(name, id: "id-1")
        #expect(try other.leftResult(of: name) != nil)
    }
}

/// The name under which a job ended; nil if it was another worker's.
private func end(of ending: JobMoves.Ending) throws -> JobName {
    guard case .committed(let name, unflushed: nil) = ending else { throw NotReached(state: "\(ending)") }
    return name
}
