import Foundation
import Glibc
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `A folder` {
    let scratch: ScratchFolder
    let folder: Folder

    init() throws {
        scratch = try ScratchFolder()
        folder = try Folder(at: scratch.path)
    }

    @Test func `reads a file that lies beneath it`() throws {
        try scratch.write("hello", to: "a/b/file.txt")
        #expect(try folder.file(beneath: "a/b/file.txt").read(upTo: 100) == Array("hello".utf8))
        #expect(try folder.file(beneath: "a/../a/b/file.txt").read(upTo: 100) == Array("hello".utf8))
    }

    @Test(arguments: ["../secret", "a/../../secret", "/etc/passwd", "out/secret", "absolute"])
    func `refuses a path that leads out`(path: String) throws {
        let inside = ScratchPaths(scratch)
        try inside.makeLinksOut()
        let confined = try Folder(at: inside.inner)
        let failure = #expect(throws: SystemFailure.self) { try confined.file(beneath: FilePath(path)) }
        #expect(failure?.errno == .improperLink)
        #expect(throws: SystemFailure.self) { try confined.walkBeneath(FilePath(path), O_RDONLY) }
    }

    @Test func `follows a link that stays inside, but not without openat2`() throws {
        try scratch.write("hello", to: "real/file")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path.appending("link").string, withDestinationPath: "real")
        #expect(try folder.file(beneath: "link/file").read(upTo: 10) == Array("hello".utf8))
        #expect(throws: SystemFailure.self) { try folder.walkBeneath("link/file", O_RDONLY) }
        let walked = OpenFile(owning: try folder.walkBeneath("real/file", O_RDONLY), path: "walked")
        #expect(try walked.read(upTo: 10) == Array("hello".utf8))
    }

    @Test func `does not block on a pipe`() throws {
        let pipe = scratch.path.appending("pipe")
        #expect(unsafe mkfifo(pipe.string, 0o644) == 0)
        #expect(try folder.file("pipe").status().kind == .pipe)
        #expect(try folder.file(beneath: "pipe").status().kind == .pipe)
    }

    @Test func `never replaces by a rename that must not`() throws {
        try scratch.write("old", to: "old")
        try scratch.write("new", to: "new")
        #expect(throws: SystemFailure.self) { try folder.move("new", to: folder, as: "old") }
        #expect(try scratch.read("old") == "old")
        try folder.move("new", to: folder, replacing: "old")
        #expect(try scratch.read("old") == "new")
    }

    @Test func `lists every name, whatever its bytes`() throws {
        let names: [[UInt8]] = [[0xFF, 0xFE], Array("a b".utf8), Array("new\nline".utf8), Array("-rf".utf8)]
        for name in names { _ = try folder.create(#require(FilePath.Component(bytes: name))) }
        var listing = try folder.listing()
        var seen: Set<[UInt8]> = []
        while let name = try listing.next() { seen.insert(name.bytes) }
        #expect(seen == Set(names))
    }

    @Test func `gives a lock to one holder at a time`() throws {
        _ = try folder.create("lock")
        let first = try folder.file("lock")
        let second = try folder.file("lock")
        #expect(try first.tryLock())
        #expect(try !second.tryLock())
        #expect(try !second.trySharedLock())
    }

    @Test func `names what failed and where`() throws {
        do {
            _ = try folder.file("missing\nname")
            Issue.record("there is no such file")
        } catch {
            #expect(error.errno == .noSuchFileOrDirectory)
            #expect("\(error)".contains("missing\\nname"))
            #expect(!"\(error)".contains("\n"))
        }
    }

    @Test func `reads no more than the limit, whatever size is expected`() throws {
        try folder.create("a").write(Array("0123456789".utf8))
        for size in [0, 3, 10, 11, Int.max] {
            #expect(try folder.file("a").read(upTo: 4, expecting: size) == Array("0123".utf8))
            #expect(try folder.file("a").read(upTo: 100, expecting: size).count == 10)
        }
    }

    @Test func `cuts times that are centuries away, so that they can be subtracted`() throws {
        try folder.create("a").write([])
        for time in [10_413_792_000.0, -5_000_000_000.0] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: time)], ofItemAtPath: scratch.path.appending("a").string
            )
            let status = try #require(try folder.status(of: "a"))
            #expect(status.modified.magnitude <= 1 << 62)
            #expect((status.modified > 0) == (time > 0))
        }
    }

    @Test func `removes what was seen, and nothing that came since`() throws {
        try folder.create("a").write([])
        let seen = try #require(try folder.status(of: "a"))
        try folder.create("b").write([])
        try folder.move("b", to: folder, replacing: "a")
        #expect(try !folder.remove("a", ifStill: seen))
        #expect(try folder.remove("a", ifStill: #require(try folder.status(of: "a"))))
        try folder.makeFolder("f")
        #expect(try folder.remove("f", ifStill: #require(try folder.status(of: "f"))))
        #expect(try folder.status(of: "f") == nil)
    }
}

/// A folder with ways out of it.
private struct ScratchPaths {
    let scratch: ScratchFolder
    var inner: FilePath { scratch.path.appending("inner") }

    init(_ scratch: ScratchFolder) { self.scratch = scratch }

    func makeLinksOut() throws {
        try scratch.write("secret", to: "secret")
        try scratch.write("", to: "inner/a/file")
        try FileManager.default.createSymbolicLink(
            atPath: inner.appending("out").string, withDestinationPath: "..")
        try FileManager.default.createSymbolicLink(
            atPath: inner.appending("absolute").string, withDestinationPath: "/etc/passwd")
    }
}
