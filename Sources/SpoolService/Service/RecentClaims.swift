import DequeModule
import SpoolCore

/// The names of jobs that this worker had a moment ago. A producer that touches its job by name, after the claim, makes an
/// empty file of that name.
struct RecentClaims {
    /// So many names are remembered.
    private static let capacity = 4096

    private let memory: Duration
    private var times: [JobName: ContinuousClock.Instant] = [:]
    /// In the order of the times. A name that came again stands here twice.
    private var order: Deque<(name: JobName, time: ContinuousClock.Instant)> = []

    /// - Parameter memory: how long a name is remembered.
    init(memory: Duration) { self.memory = memory }

    mutating func insert(_ name: JobName, now: ContinuousClock.Instant) {
        times[name] = now
        order.append((name, now))
        while let first = order.first, order.count > Self.capacity || first.time + memory < now {
            order.removeFirst()
            if times[first.name] == first.time { times[first.name] = nil }
        }
    }

    func contains(_ name: JobName, now: ContinuousClock.Instant) -> Bool {
        times[name].map { now <= $0 + memory } ?? false
    }
}
