import Dispatch
import Synchronization

/// Flushes of folders that are shared by everybody who waits for the same folder.
///
/// A flush covers all that was done before it began. So whoever comes while one runs waits for the next, and that one
/// serves all who wait: with many jobs in flight a folder is flushed once for several of them.
package final class FlushGroup: Sendable {
    private struct Place: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    private enum Turn {
        /// Flush for yourself and these.
        case lead([Waiter])
        case done(SystemFailure?)
    }

    private final class Waiter: Sendable {
        private let turn = Mutex<Turn?>(nil)
        private let isSet = DispatchSemaphore(value: 0)

        func set(_ turn: Turn) {
            self.turn.withLock { $0 = turn }
            isSet.signal()
        }

        func wait() -> Turn {
            isSet.wait()
            // Set before the signal.
            return turn.withLock { $0! }
        }
    }

    /// The folders that are being flushed, with those who wait for the next time.
    private let waiting = Mutex<[Place: [Waiter]]>([:])

    private let isShared: Bool

    /// - Parameter isShared: false flushes for each caller alone.
    package init(isShared: Bool = true) { self.isShared = isShared }

    /// Flushes the folder's entries to the disk; blocks until all that was done to them before the call is there.
    package func synchronize(_ folder: Folder) throws(SystemFailure) {
        guard isShared else { return try folder.synchronize() }
        let status = try folder.status()
        let place = Place(device: status.device, inode: status.inode)
        let waiter: Waiter? = waiting.withLock { waiting in
            guard waiting[place] != nil else {
                waiting[place] = []
                return nil
            }
            let waiter = Waiter()
            waiting[place]?.append(waiter)
            return waiter
        }
        let others: [Waiter]
        switch waiter?.wait() {
        case nil: others = []
        case .lead(let followers): others = followers
        case .done(let failure):
            if let failure { throw failure }
            return
        }
        let failure: SystemFailure?
        do throws(SystemFailure) {
            try folder.synchronize()
            failure = nil
        } catch {
            failure = error
        }
        for other in others { other.set(.done(failure)) }
        handOn(place)
        if let failure { throw failure }
    }

    /// Lets the first of those who came meanwhile flush for all of them.
    private func handOn(_ place: Place) {
        let next = waiting.withLock { waiting in
            let all = waiting[place] ?? []
            waiting[place] = all.isEmpty ? nil : []
            return all
        }
        if let leader = next.first { leader.set(.lead(Array(next.dropFirst()))) }
    }
}
