import DequeModule
import Dispatch
import Synchronization

/// Threads that are allowed to block in a system call. Swift's own pool has one thread a core and must never wait for
/// a disk; work under `withTaskExecutorPreference(threads)` may.
package final class BlockingThreads: TaskExecutor {
    private let queue = Mutex(Deque<UnownedJob>())
    private let available = DispatchSemaphore(value: 0)

    /// Starts `count` threads, which never end.
    package init(count: Int) {
        for _ in 0..<count { Thread.start { self.run() } }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.withLock { $0.append(job) }
        available.signal()
    }

    private func run() {
        while true {
            available.wait()
            let job = queue.withLock { $0.removeFirst() }
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
