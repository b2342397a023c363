import DequeModule
import Dispatch
import Glibc
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

/// A detached thread of its own.
package enum Thread {
    /// Runs `body` on a new thread.
    package static func start(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
        let error = unsafe pthread_create(
            &thread, nil,
            { argument in
                unsafe Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, box)
        precondition(error == 0, "could not start a thread: \(error)")
        pthread_detach(thread)
    }
}
