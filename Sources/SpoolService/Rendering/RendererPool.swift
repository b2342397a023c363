import DequeModule
import Logging
import ServiceLifecycle
import SpoolSystem
import SpoolWire
import SystemPackage

/// The renderers: so many as images may be rendered at a time, each lent to one job after another.
actor RendererPool {
    /// Starts so many renderers, blocking, and logs what they write to their standard error.
    typealias Launcher = @Sendable (Int, Logger) throws(RendererStartError) -> [Renderer]

    private let count: Int
    private let events: WorkerEvents
    private let logger: Logger
    private let launcher: Launcher
    private var idle: [Renderer] = []
    private var lent: [ObjectIdentifier: Renderer] = [:]
    private var waiting: Deque<CheckedContinuation<Renderer?, Never>> = []
    /// Whether the worker is stopping.
    private(set) var isClosed = false

    /// Time between two tries to start a renderer that does not start.
    private static let restartPause = Duration.seconds(2)

    init(count: Int, events: WorkerEvents = WorkerEvents(), logger: Logger, launcher: @escaping Launcher) {
        self.events = events
        self.count = count
        self.launcher = launcher
        self.logger = logger
    }

    /// Starts all renderers, so that a broken installation shows before a job is claimed.
    /// - Returns: what one of them says; all are the same.
    func start() async throws(RendererStartError) -> RendererGreeting? {
        idle = try await launch(count).get()
        return idle.first?.greeting
    }

    /// Lends a renderer, in the order of the calls.
    /// - Returns: nil once the pool is closed.
    func borrow() async -> Renderer? {
        if isClosed { return nil }
        while let renderer = idle.popLast() {
            if renderer.isUsable { return lend(renderer) }
            logger.warning("renderer \(renderer.pid) has died while it was idle; another takes its place")
            renderer.end()
            replace()
        }
        return await withCheckedContinuation { waiting.append($0) }
    }

    /// How many nobody has.
    var idleCount: Int { idle.count }

    /// Takes a renderer back. If it has ended, another is started in its place, for which nobody waits here: the job's verdict
    /// does not depend on it.
    func giveBack(_ renderer: Renderer) {
        lent[ObjectIdentifier(renderer)] = nil
        if isClosed {
            renderer.end()
            return
        }
        if renderer.isUsable {
            hand(renderer)
        } else {
            replace()
        }
    }

    private func hand(_ renderer: Renderer) {
        if let next = waiting.popFirst() {
            next.resume(returning: lend(renderer))
        } else {
            idle.append(renderer)
        }
    }

    private func lend(_ renderer: Renderer) -> Renderer {
        lent[ObjectIdentifier(renderer)] = renderer
        return renderer
    }

    /// Starts a renderer in the background, for whoever waits first.
    private func replace() {
        events.send(.rendererReplaced)
        Task { await launchUntilStarted() }
    }

    /// Tries as often as it takes: that a renderer does not start is no job's fault.
    private func launchUntilStarted() async {
        while !isClosed {
            do {
                // One was asked for and one comes.
                let fresh = try await launch(1).get()[0]
                if isClosed { fresh.end() } else { hand(fresh) }
                return
            } catch {
                logger.error("\(error); trying again")
                // Nobody cancels this task; the loop ends with the pool.
                try? await Task.sleep(for: Self.restartPause)
            }
        }
    }

    /// Lends no more renderers: jobs that wait for one go back, those that have one may finish.
    func close() {
        isClosed = true
        for renderer in idle { renderer.end() }
        idle = []
        while let next = waiting.popFirst() { next.resume(returning: nil) }
    }

    /// Starts renderers on a thread of its own: it takes a while, and the pool must not stand still meanwhile.
    private func launch(_ count: Int) async -> Result<[Renderer], RendererStartError> {
        await withCheckedContinuation { [launcher, logger] continuation in
            let hasStarted = Thread.tryStart {
                continuation.resume(
                    returning: Result { () throws(RendererStartError) in try launcher(count, logger) })
            }
            if !hasStarted {
                let failure = SystemFailure("start a", "thread", .last)
                continuation.resume(
                    returning: .failure(
                        RendererStartError(description: "a renderer could not be started: \(failure)")))
            }
        }
    }

    /// Closes the pool and kills the renderers that are at work; their jobs end at once.
    func killAll() {
        close()
        for renderer in lent.values { renderer.kill() }
    }
}
