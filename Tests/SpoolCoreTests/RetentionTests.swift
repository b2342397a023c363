import Foundation
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `The retention of jobs that ended` {
    let scratch: ScratchFolder
    let spool: Spool

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path)
    }

    /// Jobs of ten bytes with results of ten, the first the oldest.
    private func end(_ names: [String], in state: String = "done") throws {
        for name in names {
            try scratch.write("0123456789", to: "\(state)/\(name).json")
            try scratch.write("0123456789", to: "\(state)/\(name).result.json")
            // File times may be coarse: wait until they tell the next job from this one.
            let file = try #require(FilePath.Component("\(name).json"))
            let time = try #require(try spool[.done].status(of: file) ?? spool[.failed].status(of: file)).changed
            repeat { try scratch.write("", to: "clock") } while try changed("clock") <= time
        }
    }

    private func changed(_ name: FilePath.Component) throws -> Int64 {
        try #require(try spool.root.status(of: name)).changed
    }

    @Test func `keeps the youngest of so many jobs, each with its result`() throws {
        try end(["d", "a", "c", "b"])
        #expect(try spool.prune(.done, Retention(count: 2), now: Date()) == 2)
        #expect(try scratch.list("done") == ["b.json", "b.result.json", "c.json", "c.result.json"])
        #expect(try spool.prune(.done, Retention(count: 2), now: Date()) == 0)
    }

    @Test func `keeps the youngest of so many bytes`() throws {
        try end(["d", "a", "c", "b"])
        #expect(try spool.prune(.done, Retention(bytes: 59), now: Date()) == 2)
        #expect(try scratch.list("done") == ["b.json", "b.result.json", "c.json", "c.result.json"])
    }

    @Test func `keeps what is young enough`() throws {
        try end(["a", "b"], in: "failed")
        #expect(try spool.prune(.failed, Retention(age: 3600), now: Date() + 3500) == 0)
        #expect(try spool.prune(.failed, Retention(age: 3600), now: Date() + 3700) == 2)
        #expect(try scratch.list("failed").isEmpty)
    }

    @Test func `keeps all without a limit, and looks at no other folder`() throws {
        try end(["a"])
        for folder in ["incoming", "retry", "failed", "processing/w1"] {
            try scratch.write("{}", to: "\(folder)/x.json")
        }
        #expect(try spool.prune(.done, Retention(), now: .distantFuture) == 0)
        #expect(try spool.prune(.done, Retention(age: 0, count: 0, bytes: 0), now: .distantFuture) == 1)
        for folder in ["incoming", "retry", "failed", "processing/w1"] {
            #expect(try scratch.list(folder) == ["x.json"])
        }
    }

    @Test func `leaves the result of a job that was put back, and files that are no jobs`() throws {
        try scratch.write("{}", to: "failed/back.result.json")
        try scratch.write("", to: "failed/.gitkeep")
        #expect(try spool.prune(.failed, Retention(count: 0), now: Date()) == 0)
        #expect(try scratch.list("failed") == [".gitkeep", "back.result.json"])
    }

    @Test func `is not kept from its work by what cannot be removed`() throws {
        try FileManager.default.createDirectory(
            atPath: scratch.path.appending("failed/full.json/x").string, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            atPath: scratch.path.appending("failed/empty.json").string, withIntermediateDirectories: true)
        try end(["a", "b"], in: "failed")
        #expect(try spool.prune(.failed, Retention(age: 3600), now: Date() + 3700) == 3)
        #expect(try scratch.list("failed") == ["full.json"])
    }
}
