import Foundation
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

extension ResultDocument.State {
    /// One of this status.
    static func of(_ status: ResultDocument.Status) -> Self {
        switch status {
        case .processing: return .processing(nil)
        case .retry: return .retry(at: Date(), because: nil)
        case .failed: return .failed(JobError(.renderFailed, "for a test"), at: Date())
        case .done:
            let input = ResultDocument.InputImage(
                path: "a.png", format: "png", width: 1, height: 1, pages: 1, bytes: 1, sha256: "")
            let timings = ResultDocument.Timings(queued: 0, waited: 0, rendered: 0, committed: 0)
            return .done(ResultDocument.Success(input: input, renditions: [], timings: timings), at: Date())
        }
    }
}
