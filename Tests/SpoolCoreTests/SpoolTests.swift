import Foundation
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `A spool` {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    @Test func `that an older version made gets the folder that is new`() throws {
        let path = scratch.path.appending("old")
        _ = try Spool.create(at: path)
        try FileManager.default.removeItem(atPath: path.appending("hold").string)
        _ = try Spool(at: path)
        #expect(scratch.exists("old/hold"))
        try FileManager.default.removeItem(atPath: path.appending("retry").string)
        #expect(throws: SpoolError.self) { try Spool(at: path) }
    }

    @Test func `is made with all its folders, and made again without a change`() throws {
        let path = scratch.path.appending("new/spool")
        let first = try Spool.create(at: path)
        #expect(
            try scratch.list("new/spool") == [
                ".spool", "done", "failed", "hold", "incoming", "input", "output", "processing", "retry", "tmp",
            ])
        try scratch.write("{}", to: "new/spool/incoming/job.json")
        let again = try Spool.create(at: path)
        #expect(again.marker == first.marker)
        #expect(try scratch.read("new/spool/incoming/job.json") == "{}")
        try again.proveRenames(as: "me")
        #expect(try scratch.list("new/spool/tmp").isEmpty)
    }

    @Test func `that has lost a folder says how to mend it, and is mended`() throws {
        _ = try Spool.create(at: scratch.path)
        try FileManager.default.removeItem(atPath: scratch.path.appending("retry").string)
        let error = #expect(throws: SpoolError.self) { try Spool(at: scratch.path) }
        #expect(error?.description.contains("spool-worker init") == true)
        _ = try Spool.create(at: scratch.path)
        _ = try Spool(at: scratch.path)
    }

    @Test func `is not just any folder, and nothing is made in that`() throws {
        let error = #expect(throws: SpoolError.self) { try Spool(at: scratch.path) }
        #expect(error?.code == .notASpool)
        #expect(error?.description.contains("mounted") == true)
        #expect(try scratch.list().isEmpty)
        let missing = #expect(throws: SpoolError.self) { try Spool(at: scratch.path.appending("missing")) }
        #expect(missing?.code == .missing)
        #expect(try scratch.list().isEmpty)
    }

    @Test func `of a newer format or with a damaged marker is refused`() throws {
        _ = try Spool.create(at: scratch.path)
        try scratch.write(#"{"format": 2, "id": "x"}"#, to: ".spool/spool.json")
        let newer = #expect(throws: SpoolError.self) { try Spool(at: scratch.path) }
        #expect(newer?.code == .unknownFormat)
        try scratch.write("garbage", to: ".spool/spool.json")
        let damaged = #expect(throws: SpoolError.self) { try Spool(at: scratch.path) }
        #expect(damaged?.code == .notASpool)
    }

    @Test func `takes a submitted job back unless a worker has it`() throws {
        let spool = try Spool.create(at: scratch.path)
        let job = Job(input: Input(path: "a.jpg"), renditions: [Rendition(path: "b.jpg", format: .jpeg)])
        let name = try spool.submit(job)
        #expect(try spool.takeBack(name))
        #expect(try scratch.list("incoming").isEmpty && scratch.list("tmp").isEmpty)
        #expect(try !spool.takeBack(name))
    }

    @Test func `takes a submitted job whole and under a name of its own`() throws {
        let spool = try Spool.create(at: scratch.path)
        let job = Job(input: Input(path: "a.jpg"), renditions: [Rendition(path: "b.png", format: .png)])
        let names = try [
            spool.submit(job, named: "cat"), spool.submit(job, named: "cat"), spool.submit(job, named: "../../etc/x"),
            spool.submit(job, named: ""), spool.submit(job, named: "a/\u{301}b"),
            spool.submit(job, named: String(repeating: "ü", count: 300)),
        ]
        #expect(Set(names).count == names.count)
        #expect(try scratch.list("tmp").isEmpty)
        for name in names {
            let content = try spool[.incoming].file(name.file).read(upTo: 10_000)
            #expect(try Job(json: JSONValue(parsing: content)) == job)
            #expect(name.fits)
            #expect(try spool.result(of: name) == nil)
        }
    }

    @Test func `takes a job once, and says where it is`() throws {
        let spool = try Spool.create(at: scratch.path)
        let job = Job(input: Input(path: "a.jpg"), renditions: [Rendition(path: "b.png", format: .png)])
        let name = JobName(stem: "a/b", hashOf: [1])
        #expect(name == JobName(stem: "a/b", hashOf: [1]) && name != JobName(stem: "a/b", hashOf: [2]))
        #expect(JobName(stem: String(repeating: "ü", count: 300), hashOf: []).fits)
        #expect(try spool.submit(job, once: name) == nil)
        #expect(try spool.submit(job, once: name)?.state == .incoming)
        for (from, to) in [
            (SpoolFolder.incoming, SpoolFolder.hold), (.hold, .retry), (.retry, .failed), (.failed, .done),
        ] {
            try spool[from].move(name.file, to: spool[to], as: name.file)
            #expect(try spool.submit(job, once: name)?.state == to)
        }
        #expect(try scratch.list("incoming").isEmpty && scratch.list("tmp").isEmpty)
    }

    @Test func `is surveyed`() throws {
        let spool = try Spool.create(at: scratch.path)
        try scratch.write("{}", to: "incoming/a.json")
        try scratch.write("{}", to: "incoming/b.json")
        try scratch.write("x", to: "incoming/.hidden.json")
        try scratch.write("x", to: "incoming/photo.jpg")
        try scratch.write("{}", to: "done/a.json")
        try scratch.write("{}", to: "done/a.result.json")
        try scratch.write("{}", to: "processing/w1/c.json")
        try scratch.write("", to: "processing/.gitkeep")
        let lease = try WorkerLease(in: spool, for: .named("me"))
        let survey = try SpoolSurvey(of: spool)
        #expect(survey.states[.incoming]?.jobs == 2)
        #expect(survey.states[.incoming]?.ignored == 2)
        #expect(survey.states[.incoming]?.oldest != nil)
        #expect(survey.states[.done]?.jobs == 1)
        #expect(survey.states[.done]?.ignored == 0)
        #expect(survey.states[.processing]?.jobs == 1)
        #expect(survey.workers.map(\.worker.id) == ["me"])
        #expect(survey.workers.map(\.state) == [.alive])
        #expect(try lease.release())
        #expect(try SpoolSurvey(of: spool).workers.isEmpty)
    }

    @Test func `opens a folder anew that people have replaced, but for those of workers`() throws {
        let spool = try Spool.create(at: scratch.path)
        let files = FileManager.default
        for name in ["incoming", "done", "failed", "retry", "tmp"] {
            try files.moveItem(
                atPath: scratch.path.appending(name).string, toPath: scratch.path.appending("\(name)-old").string)
            #expect(throws: SystemFailure.self) { try spool.refresh() }
            try files.createDirectory(
                atPath: scratch.path.appending(name).string, withIntermediateDirectories: false)
            try spool.refresh()
            try scratch.write("{}", to: "\(name)/x.json")
            let folder = try #require(SpoolFolder(rawValue: name))
            #expect(try spool[folder].status(of: "x.json") != nil)
        }
        try files.moveItem(
            atPath: scratch.path.appending("processing").string, toPath: scratch.path.appending("old").string)
        try files.createDirectory(
            atPath: scratch.path.appending("processing").string, withIntermediateDirectories: false)
        #expect(throws: SystemFailure.self) { try spool.refresh() }
    }

    @Test func `tells the time again after a probe that was left behind`() throws {
        let folder = try Spool.create(at: scratch.path)[.tmp]
        let name = ProbeFile.name(of: "me")
        try scratch.write("", to: "tmp/\(name)")
        _ = ProbeFile.time(in: folder, by: name)
        #expect(ProbeFile.time(in: folder, by: name) != nil)
        #expect(try scratch.list("tmp").isEmpty)
    }
}
