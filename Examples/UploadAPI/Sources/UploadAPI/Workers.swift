import SpoolCore

/// Whether somebody works on the spool.
enum Workers: String, Codable {
    /// At least one worker claims jobs.
    case serving
    /// Workers live, but claim nothing: an operator has paused them, or space is low.
    case paused
    /// Workers are registered, but have not shown for a while that they live.
    case silent
    /// No worker serves the spool.
    case none

    init(_ workers: [RegisteredWorker]) {
        let alive = workers.filter { $0.state == .alive }
        self =
            if alive.contains(where: { $0.pause == nil }) {
                .serving
            } else if !alive.isEmpty {
                .paused
            } else {
                workers.contains { $0.state == .silent } ? .silent : .none
            }
    }
}

/// The workers of a spool, looked at once a second at most: a look makes a file in the spool to read its clock, and many
/// pages may ask at a time.
actor WorkerWatch {
    private let spool: Spool
    private let disk: Disk
    private var last: (workers: Workers, at: ContinuousClock.Instant)?

    init(_ spool: Spool, _ disk: Disk) {
        self.spool = spool
        self.disk = disk
    }

    func workers() async throws -> Workers {
        if let last, .now < last.at + .seconds(1) { return last.workers }
        let workers = try await disk.run { [spool] in Workers(try spool.workers()) }
        last = (workers, .now)
        return workers
    }
}
