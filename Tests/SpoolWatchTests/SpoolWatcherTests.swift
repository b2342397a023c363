import FoundationEssentials
import Glibc
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@testable import SpoolWatch

/// libinotifytools allows one watcher at a time in a process.
@Suite(.serialized) struct `A watcher` {
    let scratch: ScratchFolder
    let spool: Spool
    let hints: CandidateHints

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path)
        hints = CandidateHints(wake: WakeSignal())
    }

    private func watch(_ mode: WatchMode = .inotify) throws -> SpoolWatcher {
        let watcher = try SpoolWatcher(spool, as: "me", mode: mode, scanInterval: nil, hints: hints)
        _ = hints.take()
        return watcher
    }

    private func expectHint(_ name: String) async throws {
        var seen: Set<String> = []
        try await eventually("a hint at \(name)") {
            seen.formUnion(hints.take().names.keys.map(\.description))
            return seen.contains(name)
        }
    }

    /// Waits until the hints at a name add up to a state.
    private func expectHint(_ name: String, _ isState: (NameHint) -> Bool) async throws {
        var sum: NameHint?
        try await eventually("the state of \(name)") {
            let taken = hints.take()
            // It stands for all names, and no event comes twice.
            #expect(!taken.needsScan)
            for (key, hint) in taken.names where key.description == name {
                if sum?.add(hint) == nil { sum = hint }
            }
            return sum.map(isState) ?? false
        }
    }

    @Test func `tells what was written in place from what came whole`() async throws {
        let watcher = try watch()
        let path = scratch.path.appending("incoming/a.json").string
        let file = try #require(
            FileManager.default.createFile(atPath: path, contents: nil) ? unsafe open(path, O_WRONLY) : nil)
        try await expectHint("a.json") { !$0.isWhole && $0.isOpen == false }
        #expect(unsafe write(file, "{}", 2) == 2)
        try await expectHint("a.json") { !$0.isWhole && $0.isOpen == true }
        close(file)
        try await expectHint("a.json") { !$0.isWhole && $0.isOpen == false }
        #expect(unsafe chmod(path, 0o600) == 0)
        try await expectHint("a.json") { !$0.isWhole && $0.isOpen == nil }
        try scratch.write("{}", to: "tmp/moved.json")
        #expect(unsafe rename(scratch.path.appending("tmp/moved.json").string, path) == 0)
        try await expectHint("a.json") { $0.isWhole }
        try scratch.write("{}", to: "tmp/linked")
        let linked = scratch.path.appending("incoming/b.json").string
        #expect(unsafe link(scratch.path.appending("tmp/linked").string, linked) == 0)
        try await expectHint("b.json") { $0.isWhole }
        watcher.stop()
    }

    @Test func `hints at files that are written, renamed and linked into incoming`() async throws {
        let watcher = try watch()
        #expect(watcher.report.usesEvents)
        try scratch.write("{}", to: "incoming/written.json")
        try await expectHint("written.json")
        try scratch.write("{}", to: "tmp/moved.json")
        try FileManager.default.moveItem(
            atPath: scratch.path.appending("tmp/moved.json").string,
            toPath: scratch.path.appending("incoming/moved.json").string)
        try await expectHint("moved.json")
        try scratch.write("{}", to: "tmp/linked")
        #expect(
            unsafe link(
                scratch.path.appending("tmp/linked").string, scratch.path.appending("incoming/linked.json").string) == 0
        )
        try await expectHint("linked.json")
        watcher.stop()
    }

    @Test func `passes over names that are no jobs, and tells of those that are not hidden`() async throws {
        let watcher = try watch()
        var foreign: Set<String> = []
        try scratch.write("{}", to: "incoming/.hidden.json")
        try scratch.write("{}", to: "incoming/photo.jpg")
        try scratch.write("{}", to: "incoming/last.json")
        try await eventually("the last name's hint") {
            let taken = hints.take()
            foreign.formUnion(taken.foreign.map(\.string))
            return taken.names.keys.map(\.description) == ["last.json"]
        }
        #expect(foreign == ["photo.jpg"])
        watcher.stop()
    }

    @Test func `goes on when incoming is replaced`() async throws {
        let watcher = try watch()
        let incoming = scratch.path.appending("incoming").string
        try FileManager.default.moveItem(atPath: incoming, toPath: scratch.path.appending("old").string)
        try await eventually("the loss is told") { !watcher.report.usesEvents }
        try FileManager.default.createDirectory(atPath: incoming, withIntermediateDirectories: false)
        try await eventually("events again") { watcher.report.usesEvents }
        #expect(hints.take().needsScan)
        try scratch.write("{}", to: "incoming/new.json")
        try await expectHint("new.json")
        watcher.stop()
    }

    @Test func `in poll mode sees nothing and scans often`() async throws {
        let watcher = try watch(.poll)
        #expect(!watcher.report.usesEvents)
        #expect(watcher.report.scanInterval == SpoolWatcher.fastScan)
        // Another one shows when the event of a drop has come.
        let others = CandidateHints(wake: WakeSignal())
        let other = try SpoolWatcher(spool, as: "other", mode: .inotify, scanInterval: nil, hints: others)
        _ = others.take()
        try scratch.write("{}", to: "incoming/dropped.json")
        try await eventually("the other's hint") { !others.take().names.isEmpty }
        let seen = hints.take()
        #expect(seen.names.isEmpty && !seen.needsScan)
        other.stop()
    }

    @Test func `asks for a scan when there are more names than it keeps`() async throws {
        let watcher = try watch()
        for index in 0..<5000 { try scratch.write("", to: "incoming/\(index).json") }
        try await eventually("the wish for a scan") { hints.take().needsScan }
        watcher.stop()
    }
}

@Suite struct `A listing of incoming` {
    @Test func `brings each name once, in batches`() throws {
        let scratch = try ScratchFolder()
        let spool = try Spool.create(at: scratch.path)
        for index in 0..<100 { try scratch.write("{}", to: "incoming/\(index).json") }
        try scratch.write("{}", to: "incoming/.x.json")
        var listing = try IncomingListing(of: spool, as: "me")
        var seen: [String] = []
        while true {
            let batch = try listing.next(30)
            if batch.isEmpty { break }
            #expect(batch.count <= 30)
            seen += batch.map(\.name.description)
        }
        #expect(seen.count == 100)
        #expect(Set(seen) == Set((0..<100).map { "\($0).json" }))
    }

    @Test func `puts the oldest of a batch first`() async throws {
        let scratch = try ScratchFolder()
        let spool = try Spool.create(at: scratch.path)
        for index in [3, 1, 4, 2, 5] {
            try scratch.write("{}", to: "incoming/\(index).json")
            // File times have the grain of the kernel's tick.
            try await Task.sleep(for: .milliseconds(15))
        }
        var listing = try IncomingListing(of: spool, as: "me")
        #expect(try listing.next(10).map(\.name.description) == ["3.json", "1.json", "4.json", "2.json", "5.json"])
    }

    @Test func `tells how long files have been as they are, by the file system's clock`() throws {
        let scratch = try ScratchFolder()
        let spool = try Spool.create(at: scratch.path)
        try scratch.write("{}", to: "incoming/a.json")
        // A producer's own times prove nothing.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)],
            ofItemAtPath: scratch.path.appending("incoming/a.json").string)
        let begin = try #require(ProbeFile.time(in: spool[.tmp], by: ProbeFile.newName()))
        var listing = try IncomingListing(of: spool, as: "me")
        let entry = try #require(try listing.next(10).first)
        let end = try #require(ProbeFile.time(in: spool[.tmp], by: ProbeFile.newName()))
        #expect(entry.age >= .nanoseconds(begin - entry.changed) && entry.age <= .nanoseconds(end - entry.changed))
        #expect(try scratch.list("tmp").isEmpty)
    }

    @Test func `counts visible names that are no jobs`() throws {
        let scratch = try ScratchFolder()
        let spool = try Spool.create(at: scratch.path)
        for name in ["photo.jpg", "a.result.json", ".hidden", "a.json"] {
            try scratch.write("{}", to: "incoming/\(name)")
        }
        var listing = try IncomingListing(of: spool, as: "me")
        while try !listing.next(10).isEmpty {}
        #expect(listing.foreignCount == 2)
        #expect(["photo.jpg", "a.result.json"].contains(listing.foreignExample?.string))
    }
}
