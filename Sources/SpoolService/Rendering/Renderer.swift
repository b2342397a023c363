import Logging
import SpoolSystem
import SpoolWire

/// One renderer, which takes a job at a time: a process for all jobs, and one that is faster with the usual ones.
final class Renderer: Sendable {
    private let all: RendererProcess
    /// nil: the other one takes all.
    private let jpeg: RendererProcess?

    init(_ all: RendererProcess, jpeg: RendererProcess? = nil) { (self.all, self.jpeg) = (all, jpeg) }

    /// Starts renderers side by side and waits until all say that they can work.
    /// - Parameters:
    ///   - jpeg: nil to do without.
    ///   - sandbox: what must hold, or they do not start.
    ///   - formats: which they read beside those that are trusted.
    ///   - logger: for what they write to their standard error.
    static func start(
        _ count: Int, _ all: RendererProgram, jpeg: RendererProgram?, _ sandbox: SandboxMode,
        trusting formats: Set<SourceFormat>, logger: Logger
    ) throws(RendererStartError) -> [Renderer] {
        let programs = Array(repeating: all, count: count) + (jpeg.map { Array(repeating: $0, count: count) } ?? [])
        let processes = try RendererProcess.start(programs, sandbox, trusting: formats, logger: logger)
        return (0..<count).map { Renderer(processes[$0], jpeg: jpeg == nil ? nil : processes[count + $0]) }
    }

    var greeting: RendererGreeting { all.greeting }

    /// Of the process that takes all jobs.
    var pid: Int32 { all.pid }

    /// Whether it can take a job: false once a process has ended, or has broken its protocol.
    var isUsable: Bool { all.isUsable && jpeg?.isUsable ?? true }

    /// Kills its processes and their children; a call that runs ends as died.
    func kill() {
        all.kill()
        jpeg?.kill()
    }

    /// Kills its processes, and waits for their end.
    func end() {
        all.end()
        jpeg?.end()
    }

    /// What came of a call, and of which process.
    struct Answer: Sendable {
        var outcome: RendererProcess.Outcome<RenderReply>
        var usage: RendererProcess.Usage?
        var pid: Int32
    }

    /// Renders; see ``RendererProcess/render(_:files:_:timeout:show:admit:)``.
    /// - Parameter isJPEG: whether the source is one, to judge by its name.
    func render(
        _ request: RenderRequest, files: RendererFiles, isJPEG: Bool, _ budget: JobBudget, timeout: Duration,
        show: (RenderProgress) -> Void, admit: (Int) async -> Bool
    ) async -> Answer {
        if let jpeg, isJPEG, request.isForJPEG {
            let (outcome, usage) = await jpeg.render(
                request, files: files, budget, timeout: timeout, show: show, admit: admit)
            // What is unusual about the file shows when it is read.
            if case .declined = outcome {} else { return Answer(outcome: outcome, usage: usage, pid: jpeg.pid) }
        }
        let (outcome, usage) = await all.render(
            request, files: files, budget, timeout: timeout, show: show, admit: admit)
        return Answer(outcome: outcome, usage: usage, pid: all.pid)
    }
}
