import FoundationEssentials
import Glibc
import Logging
import SpoolCore
import SpoolSystem
import SpoolWire
import Synchronization
import SystemPackage

/// One renderer: a process that forks a child for each job. A crash, a hang or an exploit in an image decoder ends with the
/// child. See ``SpoolSandbox/RendererParent`` for the other side.
final class RendererProcess: Sendable {
    /// How a call can end.
    enum Outcome<Reply: Sendable>: Sendable {
        case replied(Reply)
        case timedOut
        case died(ChildProcess.Ending)
        /// Its answer was not one.
        case babbled(_ flaw: String)
        /// It wanted so many bytes in all.
        case lacksMemory(_ bytes: Int, limit: Int)
        /// The same, of a machine that had no more.
        case starved(_ bytes: Int)
        /// No child had the call; the job is as good as untouched.
        case neverBegan
        /// It does not know how; the job is untouched.
        case declined
    }

    /// What a call cost, as the kernel has counted it.
    struct Usage: Sendable {
        /// Bytes.
        var peakMemory: Int
        var processorSeconds: Double
    }

    /// Long enough for a busy machine to load libvips from a slow disk.
    private static let startPatience = Duration.seconds(60)
    /// Long enough for a busy machine to end a process that has been killed, or that has answered.
    private static let endPatience = Duration.seconds(60)

    /// Bytes.
    private static let longestNews = 4096

    private let parent: ChildProcess
    let greeting: RendererGreeting
    private let isBroken = Mutex(false)

    private struct Child: Sendable {
        var socket: MessageSocket
        var process: ProcessHandle
    }

    private static let environment = RendererEnvironment.selected(from: ProcessInfo.processInfo.environment)

    var pid: Int32 { parent.pid }

    /// Starts renderers side by side and waits until all say that they can work.
    /// - Parameters:
    ///   - programs: one for each of them.
    ///   - sandbox: what must hold, or they do not start.
    ///   - formats: which they read beside those that are trusted.
    ///   - logger: for what they write to their standard error.
    static func start(
        _ programs: [RendererProgram], _ sandbox: SandboxMode, trusting formats: Set<SourceFormat> = [], logger: Logger
    ) throws(RendererStartError) -> [RendererProcess] {
        var parents: [ChildProcess] = []
        do {
            for program in programs { parents.append(try spawn(program, sandbox, formats, logger)) }
        } catch {
            for parent in parents { Self.end(parent) }
            throw error
        }
        var renderers: [RendererProcess] = []
        do {
            for parent in parents { renderers.append(try RendererProcess(parent)) }
        } catch {
            // The one that failed has ended already.
            for parent in parents.dropFirst(renderers.count + 1) { Self.end(parent) }
            for renderer in renderers { renderer.end() }
            throw error
        }
        return renderers
    }

    private static func spawn(
        _ program: RendererProgram, _ sandbox: SandboxMode, _ formats: Set<SourceFormat>, _ logger: Logger
    ) throws(RendererStartError) -> ChildProcess {
        do {
            let words = try Pipe()
            let parent = try ChildProcess(
                program.file, arguments: [program.name, sandbox.rawValue] + formats.map(\.rawValue).sorted(),
                environment: environment,
                errors: words.writing)
            guard RendererWords.follow(words.reading, of: parent.pid, logger: logger) else {
                let failure = SystemFailure("start a", "thread", .last)
                end(parent)
                throw failure
            }
            return parent
        } catch {
            throw RendererStartError(description: "a renderer could not be started: \(error)")
        }
    }

    /// Waits for the greeting; a process that does not give it is ended.
    private init(_ parent: ChildProcess) throws(RendererStartError) {
        self.parent = parent
        // One that has ended, and one that says something else, does not work.
        let isSilent = !parent.socket.waitUntilReadable(until: .now + Self.startPatience)
        let received = isSilent ? nil : try? parent.socket.receive(upTo: Self.longestNews)
        guard let received, let greeting = try? RendererGreeting(message: received.message)
        else {
            let ending = Self.end(parent)
            throw RendererStartError(
                description: isSilent
                    ? "a renderer said nothing for \(Self.startPatience)"
                    : "a renderer ended before it could work (\(ending.description)); what it wrote stands above")
        }
        self.greeting = greeting
        guard greeting.version == Release.version else {
            Self.end(parent)
            throw RendererStartError(
                description: "a renderer is of version \(greeting.version), this program of \(Release.version); "
                    + "install both from one package")
        }
    }

    @discardableResult
    private static func end(_ parent: ChildProcess) -> ChildProcess.Ending {
        parent.kill()
        return parent.wait()
    }

    /// Whether it can take a job: false once it has ended, or has broken its protocol.
    var isUsable: Bool { !isBroken.withLock { $0 } && !parent.socket.isClosed }

    /// Renders. It blocks but where it waits for memory; when this returns no process has the files open any more, but this
    /// one.
    /// - Parameters:
    ///   - show: gets how far the call is, now and then; what it takes is not part of the call's time.
    ///   - admit: waits until the call may have so many bytes, which is not part of its time; false ends it.
    func render(
        _ request: RenderRequest, files: RendererFiles, _ budget: JobBudget, timeout: Duration,
        show: (RenderProgress) -> Void, admit: (Int) async -> Bool
    ) async -> (Outcome<RenderReply>, Usage?) {
        guard let child = child(for: .render(request), files, budget) else { return (.neverBegan, nil) }
        var left = timeout
        var (wishes, reports) = (0, 0)
        while true {
            let start = ContinuousClock.now
            let word: Outcome<ChildWord>? = hear(child, until: start + left)
            left -= start.duration(to: .now)
            switch word {
            case .replied(.needsMemory(let bytes))?:
                wishes += 1
                guard wishes <= Self.mostWishes else {
                    return end(child, .babbled("it asked for memory again and again"), until: .now, budget)
                }
                // One that has gone meanwhile does not hear it, and is found out next.
                if await admit(bytes) { try? child.socket.send(Self.goOn) } else { child.process.kill() }
            case .replied(.progress(let progress))?:
                reports += 1
                guard .seconds(reports - Self.spareReports) <= timeout - left else {
                    return end(child, .babbled("it told of its progress again and again"), until: .now, budget)
                }
                show(progress)
            default: return end(child, word?.reply, until: .now + max(left, .zero), budget)
            }
        }
    }

    /// How often a child may ask for memory: each time is told in the log.
    private static let mostWishes = 4
    /// A child may tell of its progress so often at once, and then once in a second: each time is written to the spool.
    private static let spareReports = 2

    /// Any message means it.
    private static let goOn: [UInt8] = Array("go on".utf8)

    /// Plans, blocking.
    func explain(
        _ request: RenderRequest, source: OpenFile, _ budget: JobBudget, timeout: Duration
    ) -> Outcome<ExplainReply> {
        let deadline = ContinuousClock.now + timeout
        guard let child = child(for: .explain(request), RendererFiles(source: source), budget) else {
            return .neverBegan
        }
        return end(child, hear(child, until: deadline), until: deadline, budget).0
    }

    /// Waits for what the child says next.
    /// - Returns: nil if it has ended, or is about to.
    private func hear<Reply: RendererMessage>(
        _ child: Child, until deadline: ContinuousClock.Instant
    ) -> Outcome<Reply>? {
        guard child.socket.waitUntilReadable(until: deadline) else { return .timedOut }
        do throws(SystemFailure) {
            guard let received = try child.socket.receive() else { return nil }
            let reply = try? Reply(message: received.message)
            return reply.map { .replied($0) } ?? .babbled("it could not be read")
        } catch {
            return .babbled("it could not be received: \(error)")
        }
    }

    /// Waits for the child's end, or ends it.
    /// - Parameter outcome: of what it has said; nil if that was nothing.
    private func end<Reply>(
        _ child: Child, _ outcome: Outcome<Reply>?, until deadline: ContinuousClock.Instant, _ budget: JobBudget
    ) -> (Outcome<Reply>, Usage?) {
        var outcome = outcome
        // One that has answered ends by itself. All others are ended.
        if outcome?.isLastWord ?? false {
            if !child.process.waitForEnd(until: .now + Self.endPatience) {
                outcome = .babbled("it did not end after it")
            }
        } else if outcome == nil {
            _ = child.process.waitForEnd(until: min(deadline, .now + Self.endPatience))
        }
        child.process.kill()
        guard child.process.waitForEnd(until: .now + Self.endPatience) else {
            // It hangs in the kernel, with the files open: nothing of what it made may be published.
            breakOff()
            return (.died(.signalled(SIGKILL)), nil)
        }
        guard let end = lastEnd() else {
            breakOff()
            return (outcome ?? .died(.signalled(SIGKILL)), nil)
        }
        let usage = Usage(peakMemory: end.peakMemory, processorSeconds: end.processorSeconds)
        return (judged(outcome, end, budget), usage)
    }

    /// What the end of the child says beyond its answer.
    private func judged<Reply>(_ outcome: Outcome<Reply>?, _ end: ChildEnd, _ budget: JobBudget) -> Outcome<Reply> {
        // A call that succeeded has done without.
        if end.refusedAllocation > 0, !(outcome?.isSuccess ?? false), !(outcome?.isTimeout ?? false) {
            // Far below its limit it was not the limit that refused.
            return end.refusedAllocation > budget.memory / 4 * 3
                ? .lacksMemory(end.refusedAllocation, limit: budget.memory) : .starved(end.refusedAllocation)
        }
        return outcome ?? .died(end.signal == 0 ? .exited(end.status) : .signalled(end.signal))
    }

    /// A child that has the call.
    private func child(for call: RendererCall, _ files: RendererFiles, _ budget: JobBudget) -> Child? {
        let start = ContinuousClock.now
        while isUsable, let child = nextChild() {
            do throws(SystemFailure) {
                try child.socket.send(call, files, budget)
                return child
            } catch {
                // Somebody has ended it while it waited.
                child.process.kill()
                guard lastEnd() != nil, .now < start + Self.startPatience else { break }
            }
        }
        breakOff()
        return nil
    }

    private func nextChild() -> Child? {
        guard case (.born, let files)? = news(), files.count == 2 else { return nil }
        return Child(socket: MessageSocket(files[0]), process: ProcessHandle(files[1]))
    }

    /// What the renderer says next; nil if it says nothing, or nonsense.
    private func news() -> (news: RendererNews, files: [OpenFile])? {
        guard parent.socket.waitUntilReadable(until: .now + Self.endPatience),
            // What cannot be read has one meaning, whatever the reason: the renderer does not keep to the protocol.
            let received = try? parent.socket.receive(upTo: Self.longestNews),
            let news = try? RendererNews(message: received.message)
        else { return nil }
        return (news, received.files)
    }

    private func lastEnd() -> ChildEnd? {
        guard case (.ended(let end), _)? = news() else { return nil }
        return end
    }

    /// Ends a renderer that does not keep to the protocol.
    private func breakOff() {
        isBroken.withLock { $0 = true }
        end()
    }

    /// Kills the renderer and its child; a call that runs ends as died.
    func kill() { parent.kill() }

    /// Kills the renderer, and waits for its end.
    func end() {
        Self.end(parent)
    }
}

extension RendererProcess.Outcome<ChildWord> {
    /// What it means as the last word; nil if it was none.
    fileprivate var reply: RendererProcess.Outcome<RenderReply>? {
        switch self {
        case .replied(.reply(let reply)): .replied(reply)
        case .replied(.declined), .declined: .declined
        case .replied(.needsMemory), .replied(.progress): nil
        case .timedOut: .timedOut
        case .died(let ending): .died(ending)
        case .babbled(let flaw): .babbled(flaw)
        case .lacksMemory(let bytes, let limit): .lacksMemory(bytes, limit: limit)
        case .starved(let bytes): .starved(bytes)
        case .neverBegan: .neverBegan
        }
    }
}

extension RendererProcess.Outcome {
    fileprivate var isTimeout: Bool { if case .timedOut = self { true } else { false } }

    /// Whether the child has said all that it has to say.
    fileprivate var isLastWord: Bool {
        switch self {
        case .replied, .declined: true
        default: false
        }
    }

    fileprivate var isSuccess: Bool {
        switch self {
        case .replied(let reply as RenderReply): if case .rendered = reply { true } else { false }
        case .replied: true
        default: false
        }
    }
}

extension RendererProcess.Outcome {
    /// What a job fails with after this, or nil for a reply.
    func failure(timeout: Duration) -> JobError? {
        switch self {
        case .replied:
            return nil
        case .declined:
            return JobError(.rendererDied, "the renderer process declined a job that it must take")
        case .babbled(let flaw):
            return JobError(
                .rendererDied, "the renderer process gave a wrong answer: \(flaw)")
        case .timedOut:
            return JobError(
                .renderTimeout,
                "the rendering took longer than \(timeout) and was stopped; raise the timeout of the job or the "
                    + "worker, or ask for less")
        case .lacksMemory(let bytes, let limit):
            return JobError(
                .memoryExceeded,
                "the rendering needs more memory than the limit of \(ByteSize(limit)) (limits.memory): "
                    + "it wanted \(ByteSize(bytes)); raise the limit, or use a smaller source or smaller renditions"
            )
        case .starved(let bytes):
            return JobError(
                .resourcesExhausted,
                "the renderer lacks memory of this machine: it wanted \(ByteSize(bytes)) and did not get them, although "
                    + "limits.memory allows more")
        case .died(.signalled(SIGXCPU)):
            return JobError(
                .renderTimeout,
                "the rendering took more processor time than its timeout of \(timeout) allows and was stopped; raise "
                    + "the timeout of the job or the worker, or ask for less")
        case .died(let ending):
            let hint = ending == .signalled(9) ? "; the kernel does this when memory runs out" : ""
            return JobError(
                .rendererDied, "the renderer process ended in the middle of the job: \(ending)\(hint)")
        case .neverBegan:
            return JobError(.rendererDied, "no renderer took the job")
        }
    }
}

/// A renderer that could not be started.
struct RendererStartError: Error, CustomStringConvertible {
    var description: String
}

extension ChildProcess.Ending: CustomStringConvertible {
    public var description: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .signalled(let signal): ChildProcess.name(ofSignal: signal)
        }
    }
}
