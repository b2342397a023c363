package import SpoolCore
package import SpoolSystem

/// What is done with a job between its claim and its commit.
package protocol JobWork: Sendable {
    /// Works on a job, blocking. All that it makes is on the disk when it returns `done`.
    func run(_ job: Job, _ attempt: WorkAttempt) async -> WorkOutcome
    /// Removes what attempts of a worker that died have left behind.
    /// - Parameter id: the job's id; nil if the worker left none, so that all that it made has to be looked for.
    func discardLeftovers(of job: Job, id: String?, worker: String) throws(SystemFailure)
    /// Begins no more work: what waits for its turn ends as interrupted, what runs may finish.
    func close() async
    /// Ends all work at once.
    func abort() async
}

/// Which attempt at which job.
package struct WorkAttempt: Sendable {
    /// The job's unique id.
    var id: String
    var worker: String
    /// Whether the job is still this worker's.
    var isHeld: @Sendable () throws(SystemFailure) -> Bool
    /// Shows others how far the attempt is. Blocks on the spool.
    var show: @Sendable (ResultDocument.Progress) -> Void = { _ in }
}

package enum WorkOutcome: Sendable {
    /// How long the job was queued is not known here.
    case done(ResultDocument.Success)
    case failed(JobError, source: ResultDocument.SourceState?)
    /// The worker is stopping; the job is as good as untouched.
    case interrupted
    /// Another worker has taken the job over; nothing was made.
    case fenced
}
