import Synchronization

/// Where jobs are tried again that ran into their timeout: at most half of the renderers at a time, so that files which
/// hold a renderer as long as they may leave the others to everybody else.
final class SlowLane: Sendable {
    private let capacity: Int
    private let count = Mutex(0)

    init(renderers: Int) { capacity = max(1, renderers / 2) }

    /// - Returns: a place, held until the last reference goes; nil if all are taken.
    func enter() -> Place? {
        count.withLock { count in
            guard count < capacity else { return nil }
            count += 1
            return Place(in: self)
        }
    }

    final class Place: Sendable {
        private let lane: SlowLane

        fileprivate init(in lane: SlowLane) { self.lane = lane }

        deinit { lane.count.withLock { $0 -= 1 } }
    }
}
