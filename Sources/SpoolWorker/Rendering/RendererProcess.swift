import FoundationEssentials
import Logging
import SpoolCore
import SpoolSystem
import SpoolWire
import SystemPackage

/// One renderer child, which renders one job at a time. A crash, a hang or an exploit in an image decoder ends here.
final class RendererProcess: Sendable {
    /// How a call can end.
    enum Outcome<Reply: Sendable>: Sendable {
        case replied(Reply)
        case timedOut
        case died(ChildProcess.Ending)
        /// Its answer was not one, so it was stopped.
        case babbled(_ flaw: String)
        /// It was dead before it had the call; the job is as good as untouched.
        case neverBegan
    }

    /// Long enough for a busy machine to load libvips from a slow disk.
    private static let startPatience: Int32 = 60_000

    private let child: ChildProcess
    /// Of the installed libvips.
    let vipsVersion: String

    private static let environment = RendererEnvironment.selected(from: ProcessInfo.processInfo.environment)

    var pid: Int32 { child.pid }

    /// Starts renderers side by side and waits until all say that they can work.
    /// - Parameters:
    ///   - logger: for what they write to their standard error.
    ///   - program: of the renderers.
    static func start(
        _ count: Int, logger: Logger, program: OpenFile
    ) throws(RendererStartError) -> [RendererProcess] {
        var children: [ChildProcess] = []
        do {
            for _ in 0..<count { children.append(try spawn(program, logger)) }
        } catch {
            for child in children { Self.end(child) }
            throw error
        }
        var renderers: [RendererProcess] = []
        do {
            for child in children { renderers.append(try RendererProcess(child)) }
        } catch {
            // The one that failed has ended already.
            for child in children.dropFirst(renderers.count + 1) { Self.end(child) }
            for renderer in renderers { renderer.end() }
            throw error
        }
        return renderers
    }

    private static func spawn(_ program: OpenFile, _ logger: Logger) throws(RendererStartError) -> ChildProcess {
        do {
            let words = try Pipe()
            let child = try ChildProcess(
                program, arguments: [RendererProgram.name.string], environment: environment, errors: words.writing)
            RendererWords.follow(words.reading, of: child.pid, logger: logger)
            return child
        } catch {
            throw RendererStartError(description: "a renderer could not be started: \(error)")
        }
    }

    /// Waits for the greeting; a child that does not give it is ended.
    private init(_ child: ChildProcess) throws(RendererStartError) {
        self.child = child
        let isSilent = !child.socket.waitUntilReadable(milliseconds: Self.startPatience)
        let received = isSilent ? nil : try? child.socket.receive()
        guard let received, let greeting = try? RendererAnswer.decode(RendererGreeting.self, from: received.message)
        else {
            let ending = Self.end(child)
            throw RendererStartError(
                description: isSilent
                    ? "a renderer said nothing for \(Self.startPatience / 1000) s"
                    : "a renderer ended before it could work (\(ending.description))")
        }
        vipsVersion = greeting.vips
    }

    @discardableResult
    private static func end(_ child: ChildProcess) -> ChildProcess.Ending {
        child.kill()
        return child.wait()
    }

    /// Whether an idle renderer still waits for work: one that has died, or says something unasked, does not.
    var isIdle: Bool { !child.socket.waitUntilReadable(milliseconds: 0) }

    /// Renders, blocking. After any outcome but a reply the process is gone.
    func render(_ request: RenderRequest, files: RendererFiles, timeout: Duration) -> Outcome<RenderReply> {
        ask(.render(request), files, timeout)
    }

    /// Plans, blocking. After any outcome but a reply the process is gone.
    func explain(_ request: RenderRequest, source: OpenFile, timeout: Duration) -> Outcome<ExplainReply> {
        ask(.explain(request), RendererFiles(source: source), timeout)
    }

    private func ask<Reply: Decodable & Sendable>(
        _ call: RendererCall, _ files: RendererFiles, _ timeout: Duration
    ) -> Outcome<Reply> {
        let deadline = ContinuousClock.now + timeout
        do {
            try child.socket.send(call, files)
        } catch {
            end()
            return .neverBegan
        }
        guard waitForReply(until: deadline) else {
            end()
            return .timedOut
        }
        // A socket that fails has lost its other end.
        guard let received = try? child.socket.receive() else { return .died(Self.end(child)) }
        guard let reply = try? RendererAnswer.decode(Reply.self, from: received.message) else {
            end()
            return .babbled("it could not be read")
        }
        return .replied(reply)
    }

    private func waitForReply(until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
            guard left > 0 else { return false }
            if child.socket.waitUntilReadable(milliseconds: Int32(min(left.rounded(.up), 60_000))) { return true }
        }
    }

    /// Kills the child; a request that runs ends as died.
    func kill() { child.kill() }

    /// Kills the child and waits for its end.
    func end() {
        Self.end(child)
    }
}

extension RendererProcess.Outcome {
    /// What a job fails with after this, or nil for a reply.
    func failure(timeout: Duration) -> JobError? {
        switch self {
        case .replied:
            return nil
        case .babbled(let flaw):
            return JobError(
                .rendererDied, "the renderer process gave a wrong answer, and the worker stopped it: \(flaw)")
        case .timedOut:
            return JobError(
                .renderTimeout,
                "the rendering took longer than \(timeout) and was stopped; raise the timeout of the job or the "
                    + "worker, or ask for less")
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
