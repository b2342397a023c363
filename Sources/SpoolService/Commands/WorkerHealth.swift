import SpoolCore
import SpoolSystem

/// Whether the workers of a spool are well, for monitors.
struct WorkerHealth {
    /// Of the workers that count and have not ended.
    let count: Int
    /// What is wrong; nil if all are well.
    let illness: String?

    /// - Parameter host: whose workers count; nil for those of all hosts.
    init(of workers: [RegisteredWorker], on host: String?, serving spool: Spool) {
        let workers = workers.filter { $0.state != .dead && (host == nil || $0.worker.host == host) }
        count = workers.count
        let sick = workers.lazy.compactMap { worker in worker.illness.map { "\(worker.worker.id) \($0)" } }.first
        illness =
            workers.isEmpty ? "no worker\(host.map { " of \($0)" } ?? "") serves \(spool.path.printable)" : sick
    }

    /// Says what is wrong, and ends the command, unless all are well.
    func report() throws {
        guard let illness else { return }
        Terminal.printError("spool-worker: \(illness)")
        throw ExitStatus.unavailable.code
    }
}

extension RegisteredWorker {
    /// Why it does no work although its process is there; nil if it is well.
    fileprivate var illness: String? {
        if state == .silent { return "has been silent for \(Int(silence)) s: its process is stopped, or hangs" }
        return stall.map { "hangs: \($0)" }
    }
}
