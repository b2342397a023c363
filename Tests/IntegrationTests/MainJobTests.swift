import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `The main job` {
    @Test func `leads from cp to images and a result document`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let text = """
            {"input": "photo.jpg", "metadata": {"order": 100000000000000000001, "z": 1.50, "a": [null]},
             "renditions": [{"path": "cat-320.webp", "width": 320},
                            {"path": "sub/square.png", "width": 100, "height": 100},
                            {"path": "cat.jpg", "width": 50, "height": 50, "fit": "inside", "quality": 60}]}
            """
        try fixture.drop(text)
        let result = try await fixture.ended()
        #expect(result.status == .done)
        #expect(result.job == "job.json")
        #expect(result.error == nil)
        #expect(result.attempts.map(\.number) == [1])
        #expect(result.success?.input.format == "jpeg")
        #expect(result.success?.input.width == 640)
        #expect(result.success?.input.height == 480)
        #expect(result.renditions.map(\.width) == [320, 100, 50])
        #expect(result.renditions.map(\.height) == [240, 100, 38])
        #expect(result.metadata?.text(indented: false) == #"{"order":100000000000000000001,"z":1.50,"a":[null]}"#)
        #expect(result.worker.pid == Int(worker.pid))
        #expect(result.submittedAt <= result.claimedAt)
        #expect(result.finishedAt.map { $0 >= result.claimedAt } == true)
        #expect(result.success?.usage != nil)
        #expect(try fixture.scratch.read("spool/done/job.json") == text)
        for rendition in result.renditions {
            let file = try Data(contentsOf: URL(filePath: fixture.path.appending("output/\(rendition.path)").string))
            #expect(file.count == rendition.bytes)
        }
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
        #expect(try fixture.scratch.list("spool/.spool/workers").isEmpty)
    }

    @Test func `lays pictures of the input root over renditions`() async throws {
        let fixture = try await SpoolFixture()
        try FileManager.default.copyItem(
            atPath: fixture.path.appending("input/photo.jpg").string,
            toPath: fixture.path.appending("input/mark.jpg").string)
        try fixture.drop(
            #"""
            {"input": "photo.jpg", "renditions": [
              {"path": "plain.png", "width": 100},
              {"path": "marked.png", "width": 100, "composite": [{"input": "mark.jpg", "scale": 0.2, "gravity": "southeast"}]}]}
            """#)
        #expect(try await fixture.once().status == 0)
        let files = try ["plain", "marked"].map {
            try Data(contentsOf: URL(filePath: fixture.path.appending("output/\($0).png").string))
        }
        #expect(files[0] != files[1])
        try fixture.expectConsistent()
    }

    @Test(arguments: ["auto", "poll"])
    func `is done for jobs that come while the worker runs, and that were there before`(mode: String) async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(as: "before.json")
        let worker = try await fixture.start(["--watch", mode, "--scan-interval", "200ms"])
        #expect(try await fixture.ended("before.json").status == .done)
        for index in 0..<5 {
            try fixture.drop(
                #"{"input": "photo.jpg", "renditions": [{"path": "\#(index).png", "width": 9}]}"#,
                as: "\(index).json")
        }
        for index in 0..<5 { #expect(try await fixture.ended("\(index).json").status == .done) }
        worker.signal(SIGINT)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `is done by --once, which tells by its exit status whether all succeeded`() async throws {
        let fixture = try await SpoolFixture()
        for index in 0..<20 {
            try fixture.drop(
                #"{"input": "photo.jpg", "renditions": [{"path": "\#(index).png", "width": 9}]}"#,
                as: "\(index).json")
        }
        let first = try await fixture.once()
        #expect(first.status == 0, "\(first.errors)")
        #expect(try fixture.states().count { $0.value == "done" } == 20)
        try fixture.drop(#"{"input": "missing.jpg", "renditions": [{"path": "m.png"}]}"#, as: "missing.json")
        try fixture.drop()
        #expect(try await fixture.once().status == 1)
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.states()["missing.json"] == "failed")
        try fixture.expectConsistent()
    }

    @Test func `keeps the history of a name that is used again`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        try fixture.drop()
        _ = try await fixture.ended()
        try fixture.drop()
        #expect(try await fixture.ended("job~2.json").job == "job.json")
        worker.signal(SIGTERM)
        _ = try await worker.status()
        try fixture.expectConsistent()
    }

    @Test func `waits for a writer that has not finished`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_SETTLE_TIME": "60s"])
        let half = SpoolFixture.simple.count / 2
        let file = fixture.path.appending("incoming/job.json").string
        _ = FileManager.default.createFile(atPath: file, contents: Data(SpoolFixture.simple.utf8.prefix(half)))
        try fixture.drop(as: "other.json")
        _ = try await fixture.ended("other.json")
        #expect(try fixture.states()["job.json"] == "incoming")
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(SpoolFixture.simple.utf8.dropFirst(half)))
        try handle.close()
        #expect(try await fixture.ended().status == .done)
        #expect(try fixture.scratch.read("spool/done/job.json") == SpoolFixture.simple)
        worker.signal(SIGTERM)
        _ = try await worker.status()
    }
}
