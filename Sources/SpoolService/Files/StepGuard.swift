import SpoolCore

/// Stands between the steps of work on files: what is late, or not wanted any more, goes no further.
struct StepGuard: Sendable {
    var deadline: ContinuousClock.Instant
    var isAborted: @Sendable () -> Bool = { false }

    /// - Throws: when no further step may be taken.
    func check() throws(JobError) {
        if isAborted() { throw JobError(.storageFailed, "the worker is stopping") }
        if deadline <= .now {
            throw JobError(.storageFailed, "the job's files took too long; their file system is slow or hangs")
        }
    }
}
