package import SpoolWire
import Synchronization

/// How far a rendering is, said now and then, by whatever thread gets ahead when it is time.
package final class ProgressMeter: Sendable {
    package static let interval = Duration.seconds(2)

    private let start = ContinuousClock.now
    /// Nanoseconds.
    private let interval: Int
    // No lock: in a forked process nobody can wait for one of the first thread. See Thread.run.
    private let renditions = Atomic(0)
    private let percent = Atomic(0)
    /// Nanoseconds after the start.
    private let nextDue: Atomic<Int>
    private let tell: @Sendable (RenderProgress) -> Void

    package init(every interval: Duration = interval, _ tell: @escaping @Sendable (RenderProgress) -> Void) {
        self.interval = Int(interval / .nanoseconds(1))
        nextDue = Atomic(self.interval)
        self.tell = tell
    }

    package func set(percent: Int) {
        self.percent.store(percent, ordering: .relaxed)
        tellIfDue()
    }

    package func finishRendition() {
        renditions.add(1, ordering: .relaxed)
        percent.store(0, ordering: .relaxed)
        tellIfDue()
    }

    private func tellIfDue() {
        let now = Int((ContinuousClock.now - start) / .nanoseconds(1))
        let due = nextDue.load(ordering: .relaxed)
        guard now >= due, nextDue.compareExchange(expected: due, desired: now + interval, ordering: .relaxed).exchanged
        else { return }
        tell(
            RenderProgress(
                renditions: renditions.load(ordering: .relaxed), percent: percent.load(ordering: .relaxed)))
    }
}
