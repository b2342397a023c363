import SpoolCore
import SpoolSystem

extension ResultDocument.Worker {
    static func named(_ id: String) -> Self { Self(id: id, host: "here", pid: 1, version: "test") }
}

extension HostIdentity {
    static let here = HostIdentity(name: "here", boot: "boot-1", machine: "machine-1")
    static let elsewhere = HostIdentity(name: "elsewhere", boot: "boot-2", machine: "machine-2")
}

extension LeaseDocument {
    static func named(_ id: String, on host: HostIdentity = .here, seconds: Double = 30) -> Self {
        Self(
            worker: ResultDocument.Worker(id: id, host: host.name, pid: 1, version: "test"), host: host,
            seconds: seconds)
    }
}

extension JobMoves {
    /// The moves of a new worker.
    init(_ spool: Spool, as id: String) throws {
        self.init(
            spool: spool, lease: try WorkerLease(in: spool, for: .named(id)), durability: .full)
    }
}
