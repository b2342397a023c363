import Glibc
import SystemPackage

/// A detached thread of its own.
package enum Thread {
    /// Runs `body` on a new thread, without which the process cannot go on.
    package static func start(_ body: @escaping @Sendable () -> Void) {
        precondition(tryStart(body), "could not start a thread: \(Errno.last)")
    }

    /// Runs `body` on a new thread.
    /// - Returns: false if the system gives none.
    package static func tryStart(_ body: @escaping @Sendable () -> Void) -> Bool {
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
        guard error == 0 else {
            unsafe Unmanaged<Box>.fromOpaque(box).release()
            Glibc.errno = error
            return false
        }
        pthread_detach(thread)
        return true
    }
}
