import NIOPosix

/// Threads that may wait for a disk. Hummingbird's own threads serve all connections and must not.
struct Disk: Sendable {
    private let threads = NIOThreadPool.singleton

    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await threads.runIfActive(body)
    }
}
