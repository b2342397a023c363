import Foundation
import Logging
import SpoolCore
import SpoolSystem
import SpoolWire
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import SpoolService

/// What a job has shown of its progress.
final class ShownProgress: Sendable {
    private let shown = Mutex<[ResultDocument.Progress]>([])
    var all: [ResultDocument.Progress] { shown.withLock { $0 } }
    func add(_ progress: ResultDocument.Progress) { shown.withLock { $0.append(progress) } }
}

/// A renderer whose child does what the source says, and a job for it.
struct HostileRendererFixture {
    let scratch: ScratchFolder
    let renderer: Renderer
    private let pool: RendererPool
    private let work: ImageWork
    let shown = ShownProgress()
    private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// It lies beside the tests.
    static func program() throws -> RendererProgram {
        let tests = FilePath(URL(filePath: ProcessInfo.processInfo.arguments[0]).resolvingSymlinksInPath().path)
        let file = try OpenFile.program(at: tests.removingLastComponent().appending("HostileRenderer"))
        return RendererProgram(name: "spool-renderer", file: file)
    }

    /// - Parameter formats: that its decoders are not trusted with.
    init(_ environment: [String: String] = [:], trusting formats: Set<SourceFormat> = []) async throws {
        scratch = try ScratchFolder()
        try scratch.write("", to: "out/.hidden")
        let configuration = try WorkerConfiguration(
            try await Settings.load(
                flags: [:], environment: ["SPOOL_WORKER_TIMEOUT": "60s"].merging(environment) { $1 }, file: nil,
                workingFolder: "/"),
            cores: 1)
        renderer = try Renderer.start(
            1, Self.program(), jpeg: Self.program(), .required, trusting: formats, logger: silent)[0]
        pool = RendererPool(count: 1, logger: silent) { [renderer] (_, _) in [renderer] }
        _ = try await pool.start()
        try scratch.write("", to: "in/.hidden")
        work = ImageWork(
            renderers: Renderers(pool), calls: AbandonableCalls(limit: 8),
            inputRoots: try Roots([scratch.path.appending("in")]),
            outputRoots: try Roots([scratch.path.appending("out")]),
            memory: MemoryAdmission(total: configuration.totalMemory, renderers: 1),
            live: LiveConfiguration(configuration, logLevel: SharedLogLevel(.critical)), logger: silent)
    }

    /// - Parameter deed: what the child does with the job.
    func run(_ deed: String, format: ImageFormat = .gif) async throws -> WorkOutcome {
        try scratch.write(deed, to: "in/a.jpg")
        return await work.run(
            Job(input: Input(path: "a.jpg"), renditions: [Rendition(path: "b.gif", format: format)]),
            WorkAttempt(
                id: "id", worker: "me", isHeld: { true },
                show: shown.add))
    }

    func error(of deed: String, format: ImageFormat = .gif) async throws -> JobError {
        guard case .failed(let error, _) = try await run(deed, format: format) else {
            Issue.record("\(deed) did not fail")
            return JobError(.renderFailed, "")
        }
        return error
    }

    /// What a job leaves behind, and whether the renderer takes another.
    func expectNothingLeft() async throws {
        #expect(try scratch.list("out") == [".hidden"])
        #expect(renderer.isUsable)
        let next = try await error(of: "say \(try #require(String(bytes: Self.refusal, encoding: .utf8)))")
        #expect(next.message == "fine", "\(next.message)")
    }

    private static var refusal: [UInt8] {
        get throws { ChildWord.reply(.failed(JobError(.renderFailed, "fine"))).message }
    }

    func end() async { await pool.killAll() }
}

/// What a decoder can do that was taken over. The sandbox is the real one.
@Suite(.timeLimit(.minutes(5)))
struct `A renderer that was taken over` {
    @Test func `gets nowhere`() async throws {
        let fixture = try await HostileRendererFixture()
        let report = try await fixture.error(of: "probe").message
        #expect(report.contains("refused") && !report.contains("DONE"), "\(report)")
        #expect(report.split(separator: ";").count == 22)
        try await fixture.expectNothingLeft()
        await fixture.end()
    }

    @Test func `by a picture with text can look for names, and read nothing but fonts`() async throws {
        let fixture = try await HostileRendererFixture(trusting: [.svg])
        let report = try await fixture.error(of: "probe").message
        let done = report.split(separator: "; ").filter { $0.hasSuffix("DONE") }
        #expect(done == ["look for a name: DONE"], "\(report)")
        #expect(report.split(separator: ";").count == 22)
        try await fixture.expectNothingLeft()
        await fixture.end()
    }

    /// A size of nothing, no JSON at all, an answer that fits no message, and none.
    @Test(arguments: [
        (
            #"say {"rendered": {"input": {"format": "jpeg", "width": 0, "height": 1, "pages": 1, "bytes": 1, "sha256": ""}, "#
                + #""renditions": [{"width": 1, "height": 1, "bytes": 1, "sha256": "", "milliseconds": 1, "losses": []}]}}"#,
            ErrorCode.rendererDied, "a size that is not positive"
        ),
        ("say nonsense", .rendererDied, "it could not be read"),
        ("write no picture", .rendererDied, "b.gif is no gif file"),
        ("lie content", .storageFailed, "something else has written into it"),
        ("giant", .rendererDied, "exit status 1"),
        ("silence", .rendererDied, "exit status 0"),
        ("crash", .rendererDied, "SIGABRT"),
        ("demand", .memoryExceeded, "limits.memory"),
        ("ask", .renderFailed, "let in"), ("beg", .rendererDied, "asked for memory again and again"),
        ("boast", .rendererDied, "told of its progress again and again"), ("report", .renderFailed, "heard"),
        ("threads", .renderFailed, "64 threads"),
    ])
    func `fails its own job alone`(deed: String, code: ErrorCode, words: String) async throws {
        let fixture = try await HostileRendererFixture()
        let error = try await fixture.error(of: deed)
        #expect(error.code == code && error.message.contains(words), "\(error.code.rawValue): \(error.message)")
        try await fixture.expectNothingLeft()
        await fixture.end()
    }

    @Test func `tells no progress that cannot be`() async throws {
        let fixture = try await HostileRendererFixture()
        _ = try await fixture.error(of: "report")
        #expect(fixture.shown.all == [ResultDocument.Progress(renditions: 1, total: 1, percent: 0)])
        await fixture.end()
    }

    /// A job from JPEG to JPEG goes to both of its processes, any other to one.
    @Test(arguments: [ImageFormat.jpeg, .gif])
    func `may decline no job for good`(_ format: ImageFormat) async throws {
        let fixture = try await HostileRendererFixture()
        let error = try await fixture.error(of: #"say "declined""#, format: format)
        #expect(error.code == .rendererDied && error.message.contains("declined"), "\(error.message)")
        try await fixture.expectNothingLeft()
        await fixture.end()
    }

    @Test func `is ended at the job's timeout, whether it waits or works`() async throws {
        for deed in ["hang", "spin"] {
            let fixture = try await HostileRendererFixture(["SPOOL_WORKER_TIMEOUT": "500ms"])
            #expect(try await fixture.error(of: deed).code == .renderTimeout)
            #expect(try fixture.scratch.list("out") == [".hidden"] && fixture.renderer.isUsable)
            await fixture.end()
        }
    }

    @Test func `has no more processor time than its job may have`() async throws {
        let fixture = try await HostileRendererFixture()
        try fixture.scratch.write("spin", to: "in/a.jpg")
        let folder = try Folder(at: fixture.scratch.path.appending("in"))
        let request = RenderRequest(
            input: Input(path: "a"), renditions: [Rendition(path: "0", format: .gif)], limits: RenderLimits())
        let outcome = await fixture.renderer.render(
            request, files: RendererFiles(source: try folder.file("a.jpg"), outputs: [try folder.create("b.gif")]),
            isJPEG: false, JobBudget(processorSeconds: 1), timeout: .seconds(300),
            show: { _ in }, admit: { _ in true }
        ).outcome
        let error = try #require(outcome.failure(timeout: .seconds(300)))
        #expect(error.code == .renderTimeout && error.message.contains("processor time"), "\(error.message)")
        await fixture.end()
    }

    @Test func `has no more memory than its job may have`() async throws {
        let fixture = try await HostileRendererFixture(["SPOOL_WORKER_LIMITS_MEMORY": "64MiB"])
        let error = try await fixture.error(of: "memory")
        #expect(error.code == .memoryExceeded && !error.retryable, "\(error.message)")
        #expect(error.message.contains("64 MiB") && error.message.contains("limits.memory"), "\(error.message)")
        try await fixture.expectNothingLeft()
        await fixture.end()
    }

    @Test func `has no threads beyond its job's memory`() async throws {
        let fixture = try await HostileRendererFixture(["SPOOL_WORKER_LIMITS_MEMORY": "64MiB"])
        #expect(try await fixture.error(of: "threads").code == .memoryExceeded)
        try await fixture.expectNothingLeft()
        await fixture.end()
    }

    @Test func `has no file open when its rendition is published`() async throws {
        let fixture = try await HostileRendererFixture()
        // The child stays after its answer, with the file open, and so is ended first.
        let stays = try await fixture.error(of: "stay GIF89a picture")
        #expect(stays.code == .rendererDied && stays.message.contains("did not end"), "\(stays.message)")
        guard case .done(let result) = try await fixture.run("write GIF89a picture") else {
            Issue.record("not done")
            return
        }
        #expect(result.renditions[0].bytes == 14 && result.usage != nil)
        #expect(try fixture.scratch.read("out/b.gif") == "GIF89a picture")
        try FileManager.default.removeItem(atPath: fixture.scratch.path.appending("out/b.gif").string)
        try await fixture.expectNothingLeft()
        await fixture.end()
    }
}
