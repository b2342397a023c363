import SpoolSystem

extension Spool {
    /// For looks at the disk on behalf of tasks, which must not wait for it on Swift's own threads.
    private static let lookouts = BlockingThreads(count: 2)

    private static let firstPause = Duration.milliseconds(5)
    private static let longestPause = Duration.milliseconds(250)

    /// Waits until a job that was dropped under a unique name has ended. It looks again after a pause that grows from 5 ms
    /// to a quarter of a second, and keeps no thread meanwhile.
    /// - Returns: the result; nil if the job has not ended by the deadline, or is not in the spool.
    /// - Throws: ``SystemFailure``, or `CancellationError` if the task is cancelled.
    @concurrent
    public func result(of name: JobName, until deadline: ContinuousClock.Instant) async throws -> ResultDocument? {
        var pause = Self.firstPause
        while true {
            let isLastLook = deadline <= .now
            let result = try await withTaskExecutorPreference(Self.lookouts) { try self.result(of: name) }
            if result != nil || isLastLook { return result }
            try await Task.sleep(until: min(deadline, .now + pause))
            pause = min(pause * 2, Self.longestPause)
        }
    }
}
