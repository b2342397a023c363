import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `The copy of an image` {
    private func copies(of fixture: SpoolFixture) throws -> [String] {
        try fixture.scratch.list("spool/input/.jobs")
    }

    private func run(_ fixture: SpoolFixture, _ arguments: String...) async throws -> (
        status: Int32, output: String, errors: String
    ) {
        try await WorkerProcess.run(arguments + ["--spool", fixture.path.string], in: fixture.scratch)
    }

    @Test func `stays while its job may be tried again, and goes when the job is done`() async throws {
        let fixture = try await SpoolFixture()
        let image = fixture.scratch.path.appending("elsewhere.jpg").string
        try FileManager.default.copyItem(atPath: fixture.path.appending("input/photo.jpg").string, toPath: image)
        let submitted = try await run(fixture, "submit", image, "--width", "8", "--output", "blocked/x.jpg")
        #expect(submitted.status == 0, "\(submitted.errors)")
        let name = try #require(submitted.output.split(separator: "\n").first.map(String.init))
        #expect(try copies(of: fixture).map { $0.hasPrefix("\(name).") && $0.hasSuffix(".jpg") } == [true])
        // A file where the job needs a folder.
        try fixture.scratch.write("", to: "spool/output/blocked")
        let worker = try await fixture.start(["--durability", "full"])
        #expect(try await fixture.ended(name).status == .failed)
        #expect(try copies(of: fixture).count == 1)
        try FileManager.default.removeItem(atPath: fixture.path.appending("output/blocked").string)
        #expect(try await run(fixture, "retry", name, "--spool", fixture.path.string).status == 0)
        try await eventually("the job is done") { try fixture.result(name)?.status == .done }
        try await eventually("the copy is gone") { try copies(of: fixture).isEmpty }
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }

    @Test func `is not removed by another job, whatever that says`() async throws {
        let fixture = try await SpoolFixture()
        let copy = "spool/input/.jobs/victim.json.jpg"
        try FileManager.default.copyItem(
            atPath: fixture.path.appending("input/photo.jpg").string,
            toPath: fixture.scratch.path.pushing(FilePath(copy)).string)
        for (number, path) in [
            ".jobs/victim.json.jpg", ".jobs/../.jobs/victim.json.jpg",
            fixture.path.string + "/input/.jobs/victim.json.jpg",
            "photo.jpg",
        ].enumerated() {
            try fixture.drop(
                #"{"input": "\#(path)", "renditions": [{"path": "\#(number).png", "width": 8}]}"#,
                as: ["thief.json", "victim.json.json", "victim~2.json", "x.json"][number])
        }
        let once = try await fixture.once()
        #expect(once.status == 0, "\(once.errors)")
        #expect(fixture.scratch.exists(copy) && fixture.scratch.exists("spool/input/photo.jpg"))
        try fixture.drop(
            #"{"input": ".jobs/victim.json.jpg", "renditions": [{"path": "9.png", "width": 8}]}"#, as: "victim.json")
        #expect(try await fixture.once().status == 0)
        #expect(!fixture.scratch.exists(copy) && fixture.scratch.exists("spool/input/photo.jpg"))
    }

    /// The spool's own `input` takes the copies, so it must be one of the roots.
    @Test func `needs the spool's input among the roots`() async throws {
        let fixture = try await SpoolFixture()
        let image = fixture.scratch.path.appending("elsewhere.jpg").string
        try FileManager.default.copyItem(atPath: fixture.path.appending("input/photo.jpg").string, toPath: image)
        let album = fixture.scratch.path.appending("album")
        try FileManager.default.createDirectory(atPath: album.string, withIntermediateDirectories: false)
        func submit(_ roots: String) async throws -> (status: Int32, output: String, errors: String) {
            try await WorkerProcess.run(
                ["submit", image, "--width", "8", "--spool", fixture.path.string],
                environment: ["SPOOL_WORKER_INPUT_ROOTS": roots], in: fixture.scratch)
        }
        let refused = try await submit(album.string)
        #expect(refused.status == 64 && refused.errors.contains("outside the input roots"), "\(refused.errors)")
        let roots = "\(album),\(fixture.path.appending("input"))"
        let taken = try await submit(roots)
        #expect(taken.status == 0, "\(taken.errors)")
        let once = try await fixture.once(environment: ["SPOOL_WORKER_INPUT_ROOTS": roots])
        #expect(once.status == 0, "\(once.errors)")
        #expect(try copies(of: fixture).isEmpty && fixture.scratch.exists("spool/output/elsewhere-8.jpg"))
    }
}
