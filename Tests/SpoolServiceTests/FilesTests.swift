import Crypto
import FoundationEssentials
import Glibc
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@testable import SpoolService
@testable import SpoolWire

@Suite struct `A job's files` {
    let scratch: ScratchFolder
    let inputs: Roots
    let outputs: Roots

    init() throws {
        scratch = try ScratchFolder()
        for folder in ["in", "in/more", "other", "out"] {
            try FileManager.default.createDirectory(
                atPath: scratch.path.pushing(FilePath(folder)).string, withIntermediateDirectories: true)
        }
        inputs = try Roots([scratch.path.appending("in"), scratch.path.appending("other")])
        outputs = try Roots([scratch.path.appending("out")])
        try scratch.write("picture", to: "in/cat.jpg")
        try scratch.write("other picture", to: "other/dog.jpg")
        try scratch.write("secret", to: "secret.jpg")
    }

    private func open(_ path: String, limit: Int = 1000) throws -> [UInt8] {
        try SourceFile.open(path, in: inputs, limit: limit).read(upTo: 1000)
    }

    private func code(_ body: () throws -> some Any) -> ErrorCode? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? JobError)?.code
        }
    }

    @Test func `are opened relative to the first root, or absolute in any`() throws {
        #expect(try open("cat.jpg") == Array("picture".utf8))
        #expect(try open(scratch.path.appending("in/cat.jpg").string) == Array("picture".utf8))
        #expect(try open(scratch.path.appending("other/dog.jpg").string) == Array("other picture".utf8))
    }

    @Test func `are looked for in the folder that is at a root's path by now`() throws {
        let files = FileManager.default
        let (root, link) = (scratch.path.appending("in").string, scratch.path.appending("link").string)
        try files.createSymbolicLink(atPath: link, withDestinationPath: root)
        let linked = try Roots([scratch.path.appending("link")])
        try files.moveItem(atPath: root, toPath: scratch.path.appending("in-old").string)
        for roots in [inputs, linked] { #expect(throws: SystemFailure.self) { try roots.refresh() } }
        try files.createDirectory(atPath: root, withIntermediateDirectories: false)
        try scratch.write("new", to: "in/cat.jpg")
        for roots in [inputs, linked] {
            #expect(try SourceFile.open("cat.jpg", in: roots, limit: 1000).read(upTo: 1000) == Array("picture".utf8))
            try roots.refresh()
            #expect(try SourceFile.open("cat.jpg", in: roots, limit: 1000).read(upTo: 1000) == Array("new".utf8))
        }
        // Another file system, as where a disk was unmounted, is not the same root.
        try files.removeItem(atPath: link)
        try files.createSymbolicLink(atPath: link, withDestinationPath: "/proc")
        #expect(throws: SystemFailure.self) { try linked.refresh() }
        #expect(try SourceFile.open("cat.jpg", in: linked, limit: 1000).read(upTo: 1000) == Array("new".utf8))
    }

    @Test func `are refused with a code that says why`() throws {
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path.appending("in/link.jpg").string, withDestinationPath: "../secret.jpg")
        #expect(unsafe mkfifo(scratch.path.appending("in/pipe.jpg").string, 0o644) == 0)
        #expect(code { try open("../secret.jpg") } == .inputNotAllowed)
        #expect(code { try open(scratch.path.appending("secret.jpg").string) } == .inputNotAllowed)
        #expect(code { try open(scratch.path.appending("in/../secret.jpg").string) } == .inputNotAllowed)
        #expect(code { try open("link.jpg") } == .inputNotAllowed)
        #expect(code { try open("missing.jpg") } == .inputNotFound)
        #expect(code { try open("cat.jpg/x") } == .inputNotFound)
        #expect(code { try open("more") } == .inputNotAFile)
        #expect(code { try open("pipe.jpg") } == .inputNotAFile)
        #expect(code { try open("cat.jpg", limit: 3) } == .inputTooLarge)
        #expect(code { try open(String(repeating: "x", count: 300)) } == .inputNotFound)
    }

    private func renditions(
        _ paths: [String], source: String = "cat.jpg", patience: Duration = .seconds(1000), overwrite: Bool = true
    ) throws -> RenditionFiles {
        var renditions = paths.map { Rendition(path: $0, format: .gif) }
        for index in renditions.indices { renditions[index].overwrite = overwrite }
        return try RenditionFiles(
            for: Job(input: Input(path: source), renditions: renditions),
            WorkAttempt(id: "id", worker: "me", isHeld: { true }),
            sources: [SourceFile.open(source, in: inputs, limit: 1000)], in: outputs,
            steps: StepGuard(deadline: .now + patience))
    }

    /// Publishes files as a renderer that wrote `contents` would have it.
    private func publish(_ files: RenditionFiles, _ contents: [String], _ durability: Durability = .full) throws {
        let images = contents.map {
            RenderedImage(
                width: 1, height: 1, bytes: $0.utf8.count,
                sha256: SHA256.hash(data: Array($0.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(),
                milliseconds: 1)
        }
        try files.publish(images, durability, steps: StepGuard(deadline: .now + .seconds(1000)))
    }

    @Test func `are not published when they are not what was rendered`() throws {
        let files = try renditions(["a.gif"])
        try files.files[0].write(Array("GIF89a image".utf8))
        #expect(code { try publish(files, ["GIF89a IMAGE"]) } == .storageFailed)
        // Another file under the temporary name.
        let name = try #require(try scratch.list("out").first)
        try FileManager.default.removeItem(atPath: scratch.path.appending("out/\(name)").string)
        try scratch.write("other", to: "out/\(name)")
        #expect(code { try publish(files, ["GIF89a image"]) } == .storageFailed)
        #expect(!scratch.exists("out/a.gif"))
    }

    @Test func `take the folders away that were made for them, but no others`() throws {
        try scratch.write("", to: "out/there/other")
        let files = try renditions(["a/b/c.gif", "there/d/e.gif", "f/g.gif"])
        try scratch.write("", to: "out/f/stranger")
        files.discard()
        #expect(try scratch.list("out") == ["f", "there"])
        #expect(try scratch.list("out/there") == ["other"])
    }

    @Test func `make so many folders and no more, and leave none when they fail`() throws {
        let paths = (0..<65).map { "\($0)/x.gif" }
        #expect(code { try renditions(paths) } == .outputNotAllowed)
        #expect(try scratch.list("out").isEmpty)
        _ = try renditions(Array(paths.dropLast()))
        #expect(try scratch.list("out").count == 64)
    }

    @Test func `are not made after their deadline`() throws {
        #expect(code { try renditions(["a/x.gif"], patience: .seconds(-1)) } == .storageFailed)
        #expect(try scratch.list("out").isEmpty)
    }

    @Test func `appear at their final paths only when they are published`() throws {
        let files = try renditions(["a.gif", "deep/er/b.gif"])
        #expect(try scratch.list("out").allSatisfy { $0.hasPrefix(".spool-") || $0 == "deep" })
        for (index, file) in files.files.enumerated() { try file.write(Array("GIF89a image \(index)".utf8)) }
        try publish(files, ["GIF89a image 0", "GIF89a image 1"])
        #expect(try scratch.list("out") == ["a.gif", "deep"])
        #expect(try scratch.read("out/deep/er/b.gif") == "GIF89a image 1")
    }

    @Test func `replace what was there before, but no folder and not their own source`() throws {
        try scratch.write("old", to: "out/a.gif")
        let files = try renditions(["a.gif"])
        #expect(try scratch.read("out/a.gif") == "old")
        try files.files[0].write(Array("GIF89a".utf8))
        try publish(files, ["GIF89a"], .none)
        #expect(try scratch.read("out/a.gif") == "GIF89a")
        #expect(code { try renditions([".."]) } == .outputNotAllowed)
        try FileManager.default.createDirectory(
            atPath: scratch.path.appending("out/folder.gif").string, withIntermediateDirectories: false)
        for path in ["folder.gif", "a.gif/b.gif"] {
            let error = #expect(throws: JobError.self) { try renditions([path]) }
            #expect(error?.code == .outputNotWritable)
            // Somebody can take away what is in the way.
            #expect(error?.retryable == true)
        }
        let late = try renditions(["late.gif"])
        try late.files[0].write(Array("GIF89a".utf8))
        try FileManager.default.createDirectory(
            atPath: scratch.path.appending("out/late.gif").string, withIntermediateDirectories: false)
        let error = #expect(throws: JobError.self) { try publish(late, ["GIF89a"], .none) }
        #expect(error?.code == .outputNotWritable && error?.retryable == true)
        late.discard()
        #expect(
            unsafe link(scratch.path.appending("in/cat.jpg").string, scratch.path.appending("out/same.gif").string) == 0
        )
        #expect(code { try renditions(["same.gif"]) } == .outputIsInput)
        #expect(try scratch.read("in/cat.jpg") == "picture")
    }

    @Test func `replace nothing if they must not, and take what an earlier attempt has put there`() throws {
        try scratch.write("GIF89a another", to: "out/b.gif")
        let files = try renditions(["a.gif", "b.gif"], overwrite: false)
        for file in files.files { try file.write(Array("GIF89a image".utf8)) }
        let error = #expect(throws: JobError.self) { try publish(files, ["GIF89a image", "GIF89a image"]) }
        #expect(error?.code == .outputExists && error?.message.contains("b.gif is there already") == true)
        files.discard()
        // None of them is there: the look comes before the first is put in place.
        #expect(try scratch.list("out") == ["b.gif"])
        #expect(try scratch.read("out/b.gif") == "GIF89a another")

        try scratch.write("GIF89a image", to: "out/b.gif")
        let again = try renditions(["a.gif", "b.gif"], overwrite: false)
        for file in again.files { try file.write(Array("GIF89a image".utf8)) }
        try publish(again, ["GIF89a image", "GIF89a image"])
        #expect(try scratch.list("out") == ["a.gif", "b.gif"])
        #expect(try scratch.read("out/a.gif") == "GIF89a image")
    }

    @Test(arguments: ["pipe", "link", "folder"])
    func `that must replace nothing do not open what is in their place`(kind: String) throws {
        let place = scratch.path.appending("out/a.gif").string
        let files = try renditions(["a.gif"], overwrite: false)
        try files.files[0].write(Array("GIF89a image".utf8))
        // After the first look.
        switch kind {
        case "pipe": #expect(unsafe mkfifo(place, 0o644) == 0)
        case "link":
            try scratch.write("GIF89a image", to: "secret.gif")
            try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "../secret.gif")
        default: try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        }
        #expect(code { try publish(files, ["GIF89a image"]) } == .outputExists)
    }

    @Test func `have the mode and the group that are set, and so have new folders`() throws {
        let group = UserGroup(id: getegid())
        let files = try RenditionFiles(
            for: Job(input: Input(path: "cat.jpg"), renditions: [Rendition(path: "new/a.gif", format: .gif)]),
            WorkAttempt(id: "id", worker: "me", isHeld: { true }), sources: [], in: outputs,
            OutputAccess(mode: 0o640, group: group), steps: StepGuard(deadline: .now + .seconds(1000)))
        try files.files[0].write(Array("GIF89a".utf8))
        try publish(files, ["GIF89a"])
        let folder = try outputs.folders[0].folder("new")
        #expect(try folder.status().permissions & 0o777 == 0o750)
        let file = try #require(try folder.status(of: "a.gif"))
        #expect(file.permissions == 0o640 && file.group == group.id)
    }

    @Test func `never leave the roots`() throws {
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path.appending("out/link").string, withDestinationPath: "../in")
        for path in ["../x.gif", "/etc/x.gif", "link/x.gif", "a/../../x.gif"] {
            #expect(code { try renditions([path]) } == .outputNotAllowed, "\(path)")
        }
        #expect(!scratch.exists("x.gif"))
        #expect(!scratch.exists("in/x.gif"))
    }

    @Test func `replace a link, not what it leads to`() throws {
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path.appending("out/a.gif").string, withDestinationPath: "../secret.jpg")
        let files = try renditions(["a.gif"])
        try files.files[0].write(Array("GIF89a image".utf8))
        try publish(files, ["GIF89a image"])
        #expect(try scratch.read("secret.jpg") == "secret")
        #expect(try scratch.read("out/a.gif") == "GIF89a image")
    }

    @Test func `leave nothing behind when one of them cannot be made`() throws {
        #expect(code { try renditions(["a.gif", "b.gif", "../c.gif"]) } == .outputNotAllowed)
        #expect(try scratch.list("out").isEmpty)
        try renditions(["d.gif"]).discard()
        #expect(try scratch.list("out").isEmpty)
    }

    @Test(arguments: ["id", nil])
    func `of a worker that died are cleared away, also where the job's id was lost`(id: String?) throws {
        _ = try renditions(["a.gif", "deep/b.gif"])
        #expect(try scratch.list("out").count == 2)
        let job = Job(
            input: Input(path: "cat.jpg"),
            renditions: ["a.gif", "deep/b.gif"].map { Rendition(path: $0, format: .gif) })
        try scratch.write("", to: "out/.spool-other-id-0.tmp")
        try RenditionFiles.discardLeftovers(of: job, id: id, worker: "me", in: outputs)
        #expect(try scratch.list("out") == [".spool-other-id-0.tmp", "deep"])
        #expect(try scratch.list("out/deep").isEmpty)
    }
}
