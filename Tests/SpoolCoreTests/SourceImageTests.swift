import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `A source image` {
    let scratch: ScratchFolder
    let spool: Spool
    let job = Job(input: Input(path: "?"), renditions: [Rendition(path: "b.png", format: .png)])

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path)
    }

    @Test func `is hidden until it is submitted, and then belongs to a job`() throws {
        let source = try spool.newSource(named: "cat", pathExtension: "jpg")
        try source.write([1, 2])
        try source.write([3])
        #expect(try scratch.list("input/.jobs") == [".source.\(source.id).tmp"])
        #expect(try scratch.list("incoming").isEmpty)
        let name = try source.submit(job)
        #expect(name == source.job)
        #expect(name.description == "cat-\(source.id).json")
        #expect(source.path == ".jobs/cat-\(source.id).json.jpg")
        #expect(try scratch.list("input/.jobs") == ["cat-\(source.id).json.jpg"])
        #expect(try spool[.input].file(beneath: FilePath(source.path)).read(upTo: 10) == [1, 2, 3])
        let content = try spool[.incoming].file(name.file).read(upTo: 10_000)
        #expect(try Job(json: JSONValue(parsing: content)).input.path == source.path)
    }

    @Test func `that is not submitted is removed`() throws {
        do {
            let source = try spool.newSource()
            try source.write([1])
        }
        #expect(try scratch.list("input/.jobs").isEmpty)
    }

    @Test func `whose job cannot be dropped is removed`() throws {
        let source = try spool.newSource()
        _ = try spool[.incoming].create(source.job.file)
        #expect(throws: SystemFailure.self) { try source.submit(job) }
        #expect(try scratch.list("input/.jobs").isEmpty && scratch.list("tmp").isEmpty)
    }

    @Test(arguments: ["../../x", "a/b", ".", "", "\0", String(repeating: "ü", count: 300)])
    func `never leaves the input folder, whatever its name`(stem: String) throws {
        let source = try spool.newSource(named: stem, pathExtension: "../j/p\0g")
        try source.submit(job)
        #expect(try scratch.list("input") == [".jobs"])
        #expect(try scratch.list("input/.jobs").map { ".jobs/\($0)" } == [source.path])
        #expect(source.path.hasSuffix("\(source.id).json.jpg"))
    }

    @Test func `is submitted with its job in one call`() throws {
        let name = try spool.submit(job, image: [7], named: "cat", pathExtension: "png")
        #expect(try spool.job(named: name)?.state == .incoming)
        #expect(try scratch.list("input/.jobs").count == 1)
    }
}
