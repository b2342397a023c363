import SpoolCore

/// Waits for jobs to end, and tells a person how far they are.
struct JobWait {
    enum Ending {
        case allDone, someFailed, tooLate
    }

    var spool: Spool
    var names: [JobName]

    private static let pause = Duration.milliseconds(20)

    func run(until deadline: ContinuousClock.Instant?) async throws -> Ending {
        var open = names
        var failed = 0
        var progress = WaitProgress(spool: spool, total: names.count)
        defer { progress.clear() }
        while true {
            var left: [JobName] = []
            for name in open {
                guard let end = try end(of: name) else {
                    left.append(name)
                    continue
                }
                guard case .failed(let reason) = end else { continue }
                failed += 1
                progress.say("\(name): \(reason)")
            }
            open = left
            if open.isEmpty { return failed == 0 ? .allDone : .someFailed }
            progress.show(open, now: .now)
            if let deadline, deadline <= .now {
                progress.say("spool-worker: \(Self.late(open, of: names.count))")
                return .tooLate
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    private enum End {
        case done
        case failed(String)
    }

    /// How a job has ended, as its file says; the document beside it may be gone, or unreadable.
    /// - Returns: nil while there is none, or while another job of this name, which was dropped later, is on its way.
    private func end(of name: JobName) throws -> End? {
        guard let state = try [SpoolFolder.done, .failed].first(where: { try spool[$0].status(of: name.file) != nil }),
            try !spool.isUnderWay(name)
        else { return nil }
        guard let result = try spool.result(of: name) else {
            return state == .done ? .done : .failed("failed, and has no result that can be read")
        }
        guard result.status == .failed else { return .done }
        return .failed(result.error.map { "\($0.code.rawValue): \($0.message)" } ?? "failed")
    }

    /// Names the jobs that are not done yet; of many, the first.
    static func late(_ open: [JobName], of total: Int) -> String {
        if total == 1, let name = open.first { return "\(name) is not done yet" }
        let named = open.prefix(5).map(\.description).joined(separator: ", ")
        let more = open.count > 5 ? " and \(open.count - 5) more" : ""
        return "\(open.count) of \(total) jobs are not done yet: \(named)\(more)"
    }
}
