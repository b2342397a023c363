import FoundationEssentials
import Glibc
import SpoolCore
import SpoolSystem
import SpoolWatch
import SystemPackage
import TestSupport
import Testing

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
            seen.formUnion(hints.take().names.map(\.description))
            return seen.contains(name)
        }
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

    @Test func `passes over names that are no jobs`() async throws {
        let watcher = try watch()
        try scratch.write("{}", to: "incoming/.hidden.json")
        try scratch.write("{}", to: "incoming/photo.jpg")
        try scratch.write("{}", to: "incoming/last.json")
        try await eventually("the last name's hint") { hints.take().names.map(\.description) == ["last.json"] }
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

    @Test func `in poll mode sees nothing and scans often`() throws {
        let watcher = try watch(.poll)
        #expect(!watcher.report.usesEvents)
        #expect(watcher.report.scanInterval == SpoolWatcher.fastScan)
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
        var listing = try IncomingListing(of: spool)
        var seen: [String] = []
        while true {
            let batch = try listing.next(30)
            if batch.isEmpty { break }
            #expect(batch.count <= 30)
            seen += batch.map(\.description)
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
        var listing = try IncomingListing(of: spool)
        #expect(try listing.next(10).map(\.description) == ["3.json", "1.json", "4.json", "2.json", "5.json"])
    }
}
