import Dispatch
import Glibc
import Synchronization
import SystemPackage

/// A detached thread of its own.
package enum Thread {
    /// Runs `body` on a new thread, without which a process cannot begin its work. Later there is ``tryStart(stack:_:)``: a limit on
    /// threads must not end a process that has jobs.
    package static func start(_ body: @escaping @Sendable () -> Void) {
        precondition(tryStart(body), "could not start a thread: \(Errno.last)")
    }

    /// Bytes that pipelines of libvips need, of which it makes sure for its own threads. What is not used counts against a limit on
    /// memory, too.
    package static let smallStack = 2 << 20

    /// Runs `body` on a new thread.
    /// - Parameter stack: bytes; nil for what is usual.
    /// - Returns: false if the system gives none.
    package static func tryStart(stack: Int? = nil, _ body: @escaping @Sendable () -> Void) -> Bool {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
        let error = unsafe withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory in
            let attributes = memory.baseAddress!
            unsafe pthread_attr_init(attributes)
            defer { unsafe pthread_attr_destroy(attributes) }
            if let stack { unsafe pthread_attr_setstacksize(attributes, stack) }
            return unsafe pthread_create(
                &thread, attributes,
                { argument in
                    unsafe Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
                    return nil
                }, box)
        }
        guard error == 0 else {
            unsafe Unmanaged<Box>.fromOpaque(box).release()
            Glibc.errno = error
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// Runs `body` on a new thread, and waits for it.
    ///
    /// A process that was forked needs that before it starts threads of its own: `Mutex` knows a thread by a number that the first
    /// one has kept from its parent, and whoever has to wait for a lock of that one ends the process.
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let outcome = ThreadOutcome<Value>()
        let ended = DispatchSemaphore(value: 0)
        let hasStarted = tryStart(stack: smallStack) {
            let result = Result { try body() }
            outcome.result.withLock { $0 = result }
            ended.signal()
        }
        if hasStarted { ended.wait() }
        // Without a thread there is no result.
        return try outcome.result.withLock { $0 }?.get() ?? body()
    }
}

private final class ThreadOutcome<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, any Error>?>(nil)
}
