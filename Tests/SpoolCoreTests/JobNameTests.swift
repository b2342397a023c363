import SpoolCore
import SpoolSystem
import SystemPackage
import Testing

@Suite struct `A job's name` {
    @Test(arguments: ["a.json", "with space.json", "-rf.json", "new\nline.json", "ä.json", "a.b.json"])
    func `can be any text that ends in .json`(text: String) throws {
        let name = try #require(FilePath.Component(text).flatMap(JobName.init))
        #expect(name.result.string == text.dropLast(5) + ".result.json")
        #expect(name.distinguished(by: "2").file.string == text.dropLast(5) + "~2.json")
        #expect(name.fits)
    }

    @Test(arguments: [".a.json", "a.txt", "json", ".json", "a.result.json", "a.JSON", "a.json~"])
    func `is nothing else`(text: String) {
        #expect(FilePath.Component(text).flatMap(JobName.init) == nil)
    }

    @Test func `is read from text`() {
        #expect(JobName("a.json")?.file == "a.json")
        for text in ["", "a.txt", "../a.json", "/a.json", "a\0.json"] { #expect(JobName(text) == nil) }
    }

    @Test func `need not be text`() throws {
        let name = try #require(FilePath.Component(bytes: [0xFF, 0xFE] + Array(".json".utf8)).flatMap(JobName.init))
        #expect(name.result.bytes == [0xFF, 0xFE] + Array(".result.json".utf8))
        #expect(name.description == "\u{FFFD}\u{FFFD}.json")
    }

    @Test(arguments: ["-rf\nx", "..-rf\nx", "--rf\rx"])
    func `made of any text can stand in a list and behind a command`(stem: String) {
        let name = JobName(stem: stem, id: UniqueID())
        #expect(name.file.string.hasPrefix("rf-x-"), "\(name)")
    }

    @Test func `is one line in messages`() throws {
        #expect(try #require(JobName("a\nb.json")).description == "a\\nb.json")
    }

    @Test func `that leaves no room for a result's is known, and can be cut`() throws {
        let long = try #require(FilePath.Component(String(repeating: "x", count: 250) + ".json").flatMap(JobName.init))
        #expect(!long.fits)
        let id = UniqueID().description
        #expect(long.distinguished(by: id).result.bytes.count <= 255)
        let longest = String(repeating: "x", count: JobName.maximumBytes - 5) + ".json"
        let fitting = try #require(FilePath.Component(longest).flatMap(JobName.init))
        #expect(fitting.fits)
        #expect(fitting.distinguished(by: id).result.bytes.count <= 255)
        // It can be put back under that name.
        #expect(fitting.distinguished(by: id).fits)
        #expect(fitting.distinguished(by: "2").fits)
        #expect(fitting.unreadable(id: id).bytes.count <= 255)
    }
}

@Suite struct `A unique id` {
    @Test func `is a UUID of version 7 that sorts by time`() async throws {
        let first = UniqueID().description
        try await Task.sleep(for: .milliseconds(2))
        let second = UniqueID().description
        #expect(first < second)
        let groups = first.split(separator: "-").map(\.count)
        #expect(groups == [8, 4, 4, 4, 12])
        #expect(first.split(separator: "-")[2].first == "7")
        #expect("89ab".contains(try #require(first.split(separator: "-")[3].first)))
    }

    @Test func `is read from text, and from no other`() {
        let id = UniqueID()
        #expect(UniqueID(id.description) == id)
        let others = ["", "..", id.description.uppercased(), "\(id)/", "\(id).json", "../\(id)", "\(id)\0"]
        for text in others { #expect(UniqueID(text) == nil) }
    }

    @Test func `is never given twice`() {
        #expect(Set((0..<10_000).map { _ in UniqueID() }).count == 10_000)
    }
}
