import Foundation
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@testable import SpoolCore

@Suite struct `An image of a job's own` {
    let scratch: ScratchFolder
    let spool: Spool
    let name = JobName("cat.json")!
    let image = "cat.json.jpg"
    let job = Job(
        input: Input(path: ".jobs/cat.json.jpg"), renditions: [Rendition(path: "b.png", format: .png)])

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path)
        try scratch.write("image", to: "input/.jobs/\(image)")
    }

    private var isThere: Bool { scratch.exists("input/.jobs/\(image)") }

    private func remove(_ job: Job? = nil, as name: String = "cat.json", owner: UInt32 = geteuid()) throws {
        try spool.removeOwnImages(of: job ?? self.job, as: #require(JobName(name)), owner: owner)
    }

    @Test(arguments: [
        ("cat.json.jpg", "cat.json"), ("a b.json.json.json.x", "a b.json.json.json"),
        ("a.json.json.jpg", "a.json.json"),
        ("cat.json.0190.jpg", "cat.json"), ("a.json.b.json.c", "a.json.b.json"),
    ])
    func `bears the job's name`(file: String, job: String) throws {
        #expect(try OwnImage(#require(FilePath.Component(file)))?.job.description == job)
        #expect(OwnImage(path: ".jobs/\(file)")?.job.description == job)
        #expect(OwnImage(path: "/srv/spool/input/.jobs/\(file)")?.job.description == job)
        #expect(OwnImage(path: file) == nil && OwnImage(path: ".jobs/x/\(file)") == nil)
    }

    @Test(arguments: [
        "cat.jpg", "cat.json", "cat.json.", ".json.jpg", ".cat.json.jpg", "a.result.json.jpg", ".source.1.tmp",
    ])
    func `is none without a job's name and more`(file: String) throws {
        #expect(try OwnImage(#require(FilePath.Component(file))) == nil)
    }

    @Test(arguments: ["jpg", "", "../x", "json", String(repeating: "x", count: 300)])
    func `has a name that can be read again`(pathExtension: String) throws {
        for stem in ["cat", String(repeating: "ü", count: 300)] {
            for id in [nil, UniqueID()] {
                let job = JobName(stem: stem, id: UniqueID())
                let image = OwnImage(of: job, id: id, pathExtension: pathExtension)
                #expect(OwnImage(image.file)?.job == job)
                #expect(image.file.bytes.count <= 255)
            }
        }
    }

    @Test func `is removed with the job that is done`() throws {
        try scratch.write("", to: "done/cat.json")
        try remove()
        #expect(!isThere)
        try remove()
    }

    @Test func `is removed as an overlay, too`() throws {
        var job = job
        job.input.path = "cat.jpg"
        job.renditions[0].composite = [Overlay(input: ".jobs/cat.json.jpg")]
        try remove(job)
        #expect(!isThere)
    }

    @Test(arguments: ["incoming", "hold", "processing/w", "retry", "failed"])
    func `stays while another job of this name may need it`(state: String) throws {
        try scratch.write("", to: "\(state)/cat.json")
        try remove()
        #expect(isThere)
    }

    @Test func `stays for the jobs of others`() throws {
        // What a job says does not make an image its own.
        try remove(as: "thief.json")
        try remove(as: "cat.json.json")
        try remove(as: "cat~2.json")
        try remove(owner: geteuid() + 1)
        #expect(isThere)
        for path in ["input/.jobs/cat.json.jpg", "../input/.jobs/dog.json.jpg", ".jobs/../.jobs/../secret"] {
            try remove(Job(input: Input(path: path), renditions: job.renditions), as: "thief.json")
        }
        #expect(isThere)
    }

    @Test func `is never a link or a folder, nor reached through one`() throws {
        let files = FileManager.default
        let precious = try scratch.write("precious", to: "precious/cat.json.jpg").string
        let place = scratch.path.pushing(FilePath("input/.jobs"))
        try files.removeItem(atPath: place.appending(image).string)
        try files.createSymbolicLink(atPath: place.appending(image).string, withDestinationPath: precious)
        try remove()
        #expect(
            try place.appending(image).string == place.appending(image).string && scratch.list("input/.jobs") == [image]
        )
        try files.removeItem(atPath: place.appending(image).string)
        try files.createDirectory(atPath: place.appending(image).string, withIntermediateDirectories: false)
        try remove()
        #expect(try scratch.list("input/.jobs") == [image])
        try files.removeItem(atPath: place.string)
        try files.createSymbolicLink(
            atPath: place.string, withDestinationPath: scratch.path.appending("precious").string)
        #expect(throws: SystemFailure.self) { try remove() }
        #expect(scratch.exists("precious/cat.json.jpg"))
    }

    // MARK: The sweep

    /// - Returns: how many images each of two rounds removes, an hour and more from now.
    private func sweep(after lead: Duration = .seconds(7200)) throws -> [Int] {
        var sweep = OwnImageSweep(lead: lead)
        return try [sweep.run(in: spool), sweep.run(in: spool)]
    }

    @Test func `whose job is gone, or done, is swept in the second round`() throws {
        #expect(try sweep() == [0, 1] && !isThere)
        try scratch.write("image", to: "input/.jobs/\(image)")
        try scratch.write("", to: "done/cat.json")
        #expect(try sweep() == [0, 1] && !isThere)
        try scratch.write("", to: "input/.jobs/.source.1.tmp")
        try scratch.write("", to: "input/.jobs/.probe-1")
        #expect(try sweep() == [0, 2])
        #expect(try scratch.list("input/.jobs").isEmpty)
    }

    @Test func `is not swept within an hour, and neither is a file of another name`() throws {
        #expect(try sweep(after: .seconds(3000)) == [0, 0] && isThere)
        try FileManager.default.moveItem(
            atPath: scratch.path.pushing(FilePath("input/.jobs/\(image)")).string,
            toPath: scratch.path.pushing(FilePath("input/.jobs/cat.jpg")).string)
        try scratch.write("", to: "input/dog.json.jpg")
        #expect(try sweep() == [0, 0])
        #expect(scratch.exists("input/.jobs/cat.jpg") && scratch.exists("input/dog.json.jpg"))
    }

    @Test(arguments: ["incoming", "hold", "processing/w", "retry", "failed"])
    func `is not swept while a job may need it`(state: String) throws {
        try scratch.write("", to: "done/cat.json")
        let job = String(decoding: job.json.bytes(indented: false), as: UTF8.self)
        // Its own; one that somebody has renamed; one that is still written.
        for (name, content) in [("cat.json", "{}"), ("renamed~2.json", job), ("new.json", String(job.dropLast(3)))] {
            try scratch.write(content, to: "\(state)/\(name)")
            #expect(try sweep() == [0, 0] && isThere, "\(name)")
            try FileManager.default.removeItem(atPath: scratch.path.pushing(FilePath("\(state)/\(name)")).string)
        }
        try scratch.write(job, to: "\(state)/cat.result.json")
        #expect(try sweep() == [0, 1])
    }

    @Test func `is swept whatever somebody made of a job's name`() throws {
        #expect(unsafe mkfifo(scratch.path.pushing("failed/pipe.json").string, 0o600) == 0)
        #expect(unsafe symlink("pipe.json", scratch.path.pushing("failed/link.json").string) == 0)
        try scratch.write("", to: "failed/folder.json/file")
        #expect(try sweep() == [0, 1] && !isThere)
    }

    @Test func `is found by the check`() throws {
        func findings(repairs: Bool) throws -> [Finding] {
            var findings: [Finding] = []
            var check = SpoolCheck(repairs: repairs)
            check.lead = .seconds(7200)
            try check.run(on: scratch.path) { findings.append($0) }
            return findings.filter { $0.path == "input/.jobs/cat.json.jpg" }
        }
        let found = try findings(repairs: false)
        #expect(found.map(\.code) == [.leftover] && isThere)
        #expect(try findings(repairs: true).map(\.repaired) == [true])
        #expect(try !isThere && findings(repairs: false).isEmpty)
    }
}
