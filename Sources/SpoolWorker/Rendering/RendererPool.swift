import DequeModule
import Logging
import ServiceLifecycle
import SpoolSystem

/// The renderer children: so many as images may be rendered at a time, each lent to one job after another.
actor RendererPool {
    private let count: Int
    private let logger: Logger
    private var idle: [RendererProcess] = []
    private var lent: [Int32: RendererProcess] = [:]
    /// Renderers that exist or are being started.
    private var started = 0
    private var waiting: Deque<CheckedContinuation<RendererProcess?, Never>> = []
    /// Whether the worker is stopping.
    private(set) var isClosed = false

    /// Time between two tries to start a renderer that does not start.
    private static let restartPause = Duration.seconds(2)

    init(count: Int, logger: Logger) {
        self.count = count
        self.logger = logger
    }

    /// Starts all renderers, so that a broken installation shows before a job is claimed.
    /// - Returns: the version of the libvips that they use.
    func start() async throws(RendererStartError) -> String {
        idle = try await launch(count).get()
        started = count
        return idle.first?.vipsVersion ?? "none"
    }

    /// Lends a renderer, in the order of the calls.
    /// - Returns: nil once the pool is closed.
    func borrow() async -> RendererProcess? {
        if isClosed { return nil }
        while let renderer = idle.popLast() {
            if renderer.isIdle { return lend(renderer) }
            logger.warning("renderer \(renderer.pid) has died while it was idle; another takes its place")
            renderer.end()
            started -= 1
        }
        if started < count {
            started += 1
            return await replace()
        }
        return await withCheckedContinuation { waiting.append($0) }
    }

    /// Takes a renderer back.
    /// - Parameter isAlive: false if it was killed or died; another is started in its place.
    func giveBack(_ renderer: RendererProcess, isAlive: Bool) async {
        lent[renderer.pid] = nil
        if isClosed {
            if isAlive { renderer.end() }
            return
        }
        if isAlive {
            hand(renderer)
        } else if waiting.isEmpty {
            started -= 1
        } else if let fresh = await replace() {
            lent[fresh.pid] = nil
            hand(fresh)
        }
    }

    private func hand(_ renderer: RendererProcess) {
        if let next = waiting.popFirst() {
            next.resume(returning: lend(renderer))
        } else {
            idle.append(renderer)
        }
    }

    private func lend(_ renderer: RendererProcess) -> RendererProcess {
        lent[renderer.pid] = renderer
        return renderer
    }

    /// Starts a renderer, as often as it takes: that it does not start is no job's fault.
    private func replace() async -> RendererProcess? {
        while !isClosed {
            do {
                // One was asked for and one comes.
                let fresh = try await launch(1).get()[0]
                if !isClosed { return lend(fresh) }
                fresh.end()
            } catch {
                logger.error("\(error); trying again")
                // Cancelled, it ends early, and so does the loop with the pool.
                try? await Task.sleep(for: Self.restartPause)
            }
        }
        return nil
    }

    /// Lends no more renderers: jobs that wait for one go back, those that have one may finish.
    func close() {
        isClosed = true
        for renderer in idle { renderer.end() }
        idle = []
        while let next = waiting.popFirst() { next.resume(returning: nil) }
    }

    /// Starts renderers on a thread of its own: it takes a while, and the pool must not stand still meanwhile.
    private func launch(_ count: Int) async -> Result<[RendererProcess], RendererStartError> {
        let logger = logger
        return await withCheckedContinuation { continuation in
            Thread.start {
                continuation.resume(
                    returning: Result { () throws(RendererStartError) in
                        try RendererProcess.start(count, logger: logger)
                    })
            }
        }
    }

    /// Closes the pool and kills the renderers that are at work; their jobs end at once.
    func killAll() {
        close()
        for renderer in lent.values { renderer.kill() }
    }
}
