import Synchronization

/// The jobs of a worker's claim folder that a turn is at. Another one that lies there was left by a turn that failed
/// halfway.
package final class HeldClaims: Sendable {
    private let names = Mutex<Set<JobName>>([])

    package func insert(_ name: JobName) { names.withLock { _ = $0.insert(name) } }

    package func remove(_ name: JobName) { names.withLock { _ = $0.remove(name) } }

    func contains(_ name: JobName) -> Bool { names.withLock { $0.contains(name) } }
}
