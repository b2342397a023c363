import FoundationEssentials
import SpoolCore

/// Whether and when a job that failed is tried again.
struct RetryPolicy: Sendable, Equatable {
    /// How often a job is tried.
    var maxAttempts: Int
    /// The wait after the first attempt; each one after it is twice as long.
    var delay: Duration
    var maximumDelay: Duration
    /// The wait for a source that may still be copied.
    var settleTime: Duration

    /// A source that has been as it is for so long is not being copied any more. It is long because clocks of hosts
    /// and file servers differ.
    private static let sourceYouth: TimeInterval = 60
    /// A file that never stops changing is no source.
    private static let absoluteMaximum = 1000

    /// - Parameter attempts: the job's own limit, if it has one.
    func limited(to attempts: Int?) -> RetryPolicy {
        var policy = self
        policy.maxAttempts = min(maxAttempts, attempts ?? maxAttempts)
        return policy
    }

    /// When the job may be tried again, or nil if it has failed for good.
    /// - Parameter attempts: those that count, with the one that just failed.
    func retry(after attempts: ArraySlice<ResultDocument.Attempt>, now: Date) -> Date? {
        guard let last = attempts.last, let error = last.error, attempts.count < Self.absoluteMaximum else {
            return nil
        }
        guard count(attempts) < maxAttempts else { return nil }
        if let most = error.code.maximumAttempts, attempts.count(where: { $0.error?.code == error.code }) >= most {
            return nil
        }
        let backoff = backoff(after: attempts.count)
        if error.retryable { return now + backoff }
        guard error.code.mayBeUnfinishedSource, let source = last.source,
            now.timeIntervalSince(source.changedAt) < Self.sourceYouth,
            attempts.dropLast().last?.source?.isUnchanged(in: source) != true
        else { return nil }
        return now + max(backoff, settleTime / .seconds(1))
    }

    /// How many of the attempts count. One that found the source changed since the one before says nothing about the
    /// job: it came too early.
    func count(_ attempts: ArraySlice<ResultDocument.Attempt>) -> Int {
        var count = 0
        var previous: ResultDocument.SourceState?
        for attempt in attempts {
            let isStillGrowing = attempt.source.flatMap { previous?.isUnchanged(in: $0) } == false
            if !isStillGrowing { count += 1 }
            previous = attempt.source
        }
        return count
    }

    /// How much shorter or longer a wait is than its formula says.
    static let jitter = 0.8...1.2

    /// Seconds, exponential, a fifth more or less so that jobs that failed together do not come back together.
    private func backoff(after count: Int) -> Double {
        let seconds = delay / .seconds(1) * Double(1 << min(count - 1, 40))
        return min(seconds, maximumDelay / .seconds(1)) * Double.random(in: Self.jitter)
    }
}

extension ErrorCode {
    /// How often a job may end like this, whatever `max-attempts` allows: each of these attempts costs a renderer, and
    /// what has happened twice is not chance.
    fileprivate var maximumAttempts: Int? { self == .renderTimeout || self == .rendererDied ? 2 : nil }

    /// What a source looks like that is only half there.
    fileprivate var mayBeUnfinishedSource: Bool { self == .inputCorrupt || self == .inputUnsupported }
}

extension ResultDocument {
    /// The attempts since the job was last put back by hand.
    var ownAttempts: ArraySlice<Attempt> { attempts.dropFirst(attemptsForgiven) }
}
