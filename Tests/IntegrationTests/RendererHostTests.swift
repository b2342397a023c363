import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

/// What the machine does to renderers is no fault of the pictures.
@Suite struct `A renderer` {
    /// One size in two formats: that is made once, in memory, of 81 MB.
    private static let large = """
        {"input": "photo.jpg", "renditions": [
          {"path": "a.jpg", "width": 6000}, {"path": "b.jpg", "width": 6000}
        ]}
        """

    /// Changes a limit of running processes, as prlimit(1) takes it.
    private func limit(
        _ option: (Int32) throws -> String, _ processes: [Int32], in fixture: SpoolFixture
    ) async throws {
        for process in processes {
            let command = try ["/usr/bin/prlimit", "--pid", "\(process)", option(process)]
            #expect(try await WorkerProcess.run(command: command, in: fixture.scratch).status == 0)
        }
    }

    /// The bytes of addresses that a process uses.
    private func addressSpace(of process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)
        return try #require(status.split(separator: " ").first.flatMap { Int($0) }) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    @Test func `finds all of libvips whatever its supervisor's environment says`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(#"{"input": "photo.jpg", "renditions": [{"path": "x.avif", "width": 20}]}"#)
        let run = try await fixture.once(environment: [
            "VIPSHOME": "/nowhere", "LIBHEIF_PLUGIN_PATH": "/nowhere", "VIPS_CONCURRENCY": "none",
        ])
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test func `has its name, and so have its children`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        try await eventually("both are ready") { worker.jobProcesses.count == 4 }
        var names: [String: Int] = [:]
        for process in worker.renderers + worker.jobProcesses {
            names[try name(of: process), default: 0] += 1
        }
        #expect(names == ["spool-renderer": 4, "spool-jpeg": 4])
        try fixture.drop()
        #expect(try await fixture.ended().status == .done)
    }

    @Test func `has a process for JPEGs that knows nothing else, and leaves what it cannot do to the other`()
        async throws
    {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let held = try await worker.stopJobProcesses().filter { try name(of: $0) == "spool-renderer" }
        for process in worker.renderers where try name(of: process) == "spool-jpeg" {
            // The kernel tells no length of it, so it is read to its end.
            let file = try #require(FileHandle(forReadingAtPath: "/proc/\(process)/maps"))
            let maps = String(decoding: try #require(try file.readToEnd()), as: UTF8.self)
            #expect(maps.contains("libturbojpeg") && !maps.contains("libvips"))
        }
        for process in worker.jobProcesses where !held.contains(process) { kill(process, SIGCONT) }
        // With all others stopped, it alone can have done it.
        try fixture.drop(#"{"input": "photo.jpg", "renditions": [{"path": "a.jpg", "width": 64}]}"#, as: "own.json")
        #expect(try await fixture.ended("own.json").status == .done)

        // What only has the name of a JPEG.
        for process in held { kill(process, SIGCONT) }
        try fixture.drop(as: "small.json")
        #expect(try await fixture.ended("small.json").status == .done)
        try FileManager.default.copyItem(
            atPath: fixture.path.appending("output/small.png").string,
            toPath: fixture.path.appending("input/false.jpg").string)
        try fixture.drop(#"{"input": "false.jpg", "renditions": [{"path": "b.jpg", "width": 32}]}"#, as: "false.json")
        let result = try await fixture.ended("false.json")
        #expect(result.status == .done && result.success?.input.format == "png", "\(result)")
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    private func name(of process: Int32) throws -> String {
        try String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    @Test func `that lacks memory does not call the picture damaged, and lives on`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "1"])
        let renderers = worker.renderers
        try await eventually("both are ready") { worker.jobProcesses.count == 4 }
        try await limit({ try "--as=\(addressSpace(of: $0) + 32 << 20):" }, worker.jobProcesses, in: fixture)
        try fixture.drop(Self.large, as: "large.json")
        let error = try #require(try await fixture.ended("large.json").error)
        #expect(error.code == .resourcesExhausted && error.retryable, "\(error)")
        try fixture.drop(as: "small.json")
        #expect(try await fixture.ended("small.json").status == .done)
        #expect(Set(worker.renderers) == Set(renderers))
    }

    @Test func `that may not write so much tells of the write, and lives on`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "1"])
        let renderers = worker.renderers
        try await eventually("both are ready") { worker.jobProcesses.count == 4 }
        try await limit({ _ in "--fsize=20000:" }, worker.jobProcesses, in: fixture)
        try fixture.drop(#"{"input": "photo.jpg", "renditions": [{"path": "a.png"}]}"#, as: "large.json")
        let error = try #require(try await fixture.ended("large.json").error)
        #expect(error.code == .storageFailed && error.retryable, "\(error)")
        try fixture.drop(as: "small.json")
        #expect(try await fixture.ended("small.json").status == .done)
        #expect(Set(worker.renderers) == Set(renderers))
    }

    @Test func `waits with a job that is going to need more than its share of all memory`() async throws {
        let fixture = try await SpoolFixture()
        for number in 0..<3 {
            try fixture.drop(
                #"{"input": "photo.jpg", "renditions": [{"path": "large-\#(number).avif"}]}"#,
                as: "large-\(number).json")
            try fixture.drop(
                #"{"input": "photo.jpg", "renditions": [{"path": "small-\#(number).jpg", "width": 16}]}"#,
                as: "small-\(number).json")
        }
        // One of the large ones takes nearly all of it.
        let run = try await fixture.once(environment: [
            "SPOOL_WORKER_LIMITS_TOTAL_MEMORY": "16MiB", "SPOOL_WORKER_LIMITS_MEMORY": "1GiB",
        ])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.split(separator: "the job begins when there is memory for it").count == 4, "\(run.errors)")
        for number in 0..<3 { #expect(try fixture.result("large-\(number).json")?.status == .done) }
        try fixture.expectConsistent()
    }

    @Test func `gets its words into the log as lines of it, escaped`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let renderer = try #require(worker.renderers.first)
        let stream = try #require(FileHandle(forWritingAtPath: "/proc/\(renderer)/fd/2"))
        try stream.write(contentsOf: Data("\u{1B}[31mbad\u{9B}\nagain\n".utf8))
        try await eventually("both lines are in the log") { worker.standardError.contains("says: again") }
        #expect(worker.standardError.contains(#" warning renderer \#(renderer) says: \u{1B}[31mbad\u{009B}"#))
        #expect(!worker.standardError.contains("\u{1B}"))
    }

    @Test func `makes the same pictures inside and outside of its sandbox`() async throws {
        let formats = ["jpg", "png", "webp", "gif", "tiff", "avif"]
        let steps = #""blur": 2, "rotate": 10, "sharpen": true"#
        let renditions = formats.flatMap { format in
            [
                #"{"path": "plain.\#(format)", "width": 200, "placeholder": "lqip"}"#,
                #"{"path": "changed.\#(format)", "width": 150, "height": 150, "position": "attention", \#(steps)}"#,
            ]
        }
        var pictures: [[String: Data]] = []
        for sandbox in ["required", "off"] {
            let fixture = try await SpoolFixture()
            try fixture.drop(#"{"input": "photo.jpg", "renditions": [\#(renditions.joined(separator: ", "))]}"#)
            let run = try await fixture.once(environment: ["SPOOL_WORKER_SANDBOX": sandbox])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.errors.contains("sandbox is incomplete") == (sandbox == "off"), "\(run.errors)")
            let output = fixture.path.appending("output")
            let names = try fixture.scratch.list("spool/output")
            pictures.append(
                try Dictionary(
                    uniqueKeysWithValues: names.map {
                        ($0, try Data(contentsOf: URL(filePath: output.appending($0).string)))
                    }))
        }
        #expect(pictures[0].count == renditions.count)
        #expect(pictures[0] == pictures[1])
    }
}
