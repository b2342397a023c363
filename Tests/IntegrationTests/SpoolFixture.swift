import Crypto
import Foundation
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

/// A spool of a test's own with a picture in it, and what tests ask of it.
struct SpoolFixture {
    private static let turnstile = Turnstile(ProcessInfo.processInfo.activeProcessorCount * 2)

    let scratch: ScratchFolder
    let spool: Spool
    private let place: Turnstile.Place
    /// Where the spool lies.
    var path: FilePath { spool.path }

    /// - Parameter picture: 640 by 480 pixels, as `input/photo.jpg`.
    init(picture: Bool = true) async throws {
        place = await Self.turnstile.enter()
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path.appending("spool"))
        guard picture else { return }
        let drawn = try await WorkerProcess.run(
            command: [
                WorkerProcess.programs.appending("spool-sample").string, "hills",
                path.appending("input/photo.jpg").string, "--width", "640", "--height", "480",
            ],
            in: scratch)
        #expect(drawn.status == 0, "\(drawn.errors)")
    }

    static let simple = #"{"input": "photo.jpg", "renditions": [{"path": "small.png", "width": 64}]}"#

    /// Drops a job as `cp` does.
    func drop(_ text: String = simple, as name: String = "job.json") throws {
        try scratch.write(text, to: "spool/incoming/\(name)")
    }

    /// Patience that suits tests, unless one asks for its own.
    private func settings(_ environment: [String: String]) -> [String: String] {
        [
            "SPOOL_WORKER_RETRY_DELAY": "10ms", "SPOOL_WORKER_SETTLE_TIME": "500ms", "SPOOL_WORKER_TIMEOUT": "1h",
        ].merging(environment) { $1 }
    }

    /// Starts `run` and waits until it serves.
    func start(_ arguments: [String] = [], environment: [String: String] = [:]) async throws -> WorkerProcess {
        let worker = try WorkerProcess(
            ["run", "--spool", path.string, "--renderers", "2"] + arguments, environment: settings(environment),
            in: scratch)
        try await eventually("the worker serves: \(worker.standardError)") {
            if !worker.isRunning { throw NotReached(state: worker.standardError) }
            return worker.standardError.contains("serves")
        }
        return worker
    }

    /// Runs `run --once`.
    func once(
        _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String, errors: String) {
        try await WorkerProcess.run(
            ["run", "--once", "--spool", path.string, "--renderers", "2"] + arguments,
            environment: settings(environment),
            in: scratch)
    }

    func result(_ name: String = "job.json") throws -> ResultDocument? {
        try spool.result(of: #require(FilePath.Component(name).flatMap(JobName.init)))
    }

    /// Waits for a job's result document.
    func ended(_ name: String = "job.json") async throws -> ResultDocument {
        var found: ResultDocument?
        try await eventually("\(name) has ended") {
            found = try result(name)
            return found != nil
        }
        return try #require(found)
    }

    /// Every job that the spool holds, by state; a job in two states at once is an error by itself.
    func states() throws -> [String: String] {
        var states: [String: String] = [:]
        for state in SpoolFolder.jobStates where state != .processing {
            for name in try scratch.list("spool/\(state.rawValue)")
            where name.hasSuffix(".json") && !name.hasSuffix(".result.json") {
                #expect(states[name] == nil, "\(name) is in \(states[name] ?? "") and \(state.rawValue)")
                states[name] = state.rawValue
            }
        }
        for worker in try scratch.list("spool/processing") {
            // A worker that ends removes its folder, perhaps between these two looks.
            let names = (try? scratch.list("spool/processing/\(worker)")) ?? []
            // Hidden names are attempt records, which a worker keeps to use them again.
            for name in names where !name.hasPrefix(".") && !name.hasSuffix(".result.json") {
                #expect(states[name] == nil, "\(name) is in \(states[name] ?? "") and processing")
                states[name] = "processing"
            }
        }
        return states
    }

    /// What must hold of a spool at rest: every result has its job and every job its result, renditions are as the
    /// results say, and nothing temporary is left.
    func expectConsistent(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try scratch.list("spool/processing").isEmpty, sourceLocation: sourceLocation)
        #expect(try scratch.list("spool/tmp").isEmpty, sourceLocation: sourceLocation)
        for state in ["done", "failed"] {
            let names = try scratch.list("spool/\(state)")
            let results = Set(names.filter { $0.hasSuffix(".result.json") })
            let jobs = Set(names).subtracting(results)
            #expect(
                Set(jobs.map { $0.replacing(".json", with: ".result.json") }) == results,
                sourceLocation: sourceLocation)
        }
        try expectRenditions(sourceLocation: sourceLocation)
        let files = try #require(FileManager.default.enumerator(atPath: path.appending("output").string))
        for case let file as String in files {
            #expect(!file.contains(".tmp"), sourceLocation: sourceLocation)
        }
    }

    /// Each rendition has the bytes and the hash of a result: of one of them, where several jobs have made the same file.
    private func expectRenditions(sourceLocation: SourceLocation) throws {
        var told: [String: [ResultDocument.RenditionImage]] = [:]
        for name in try scratch.list("spool/done") where name.hasSuffix(".result.json") {
            let text = try scratch.read("spool/done/\(name)")
            for image in try ResultDocument(json: JSONValue(parsing: text.utf8)).renditions {
                told[image.path, default: []].append(image)
            }
        }
        for (file, images) in told {
            let content = try Data(contentsOf: URL(filePath: path.appending("output").pushing(FilePath(file)).string))
            let digest = SHA256.hash(data: content).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
                .joined()
            #expect(
                images.contains { $0.bytes == content.count && $0.sha256 == digest },
                "\(file) is not as a result says", sourceLocation: sourceLocation)
        }
    }
}
