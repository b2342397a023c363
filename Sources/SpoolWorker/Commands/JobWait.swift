import SpoolCore

/// Waits for jobs to end, with a progress bar for people.
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
        let bar = ProgressBar(total: names.count)
        defer { bar.clear() }
        while true {
            var left: [JobName] = []
            for name in open {
                guard let result = try spool.result(of: name) else {
                    left.append(name)
                    continue
                }
                guard result.status == .failed else { continue }
                failed += 1
                bar.clear()
                let reason = result.error.map { "\($0.code.rawValue): \($0.message)" } ?? "failed"
                Terminal.printError("\(name): \(reason)")
            }
            open = left
            bar.show(names.count - open.count)
            if open.isEmpty { return failed == 0 ? .allDone : .someFailed }
            if let deadline, deadline <= .now {
                bar.clear()
                Terminal.printError("spool-worker: \(open.count) of \(names.count) jobs are not done yet")
                return .tooLate
            }
            try await Task.sleep(for: Self.pause)
        }
    }
}

/// A bar on standard error, if that is a terminal.
struct ProgressBar {
    var total: Int

    private static let width = 30

    func show(_ count: Int) {
        guard Terminal.errorIsTerminal else { return }
        let filled = total == 0 ? Self.width : count * Self.width / total
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        ConsoleLogHandler.writeToStandardError("\r\(bar) \(count)/\(total)")
    }

    func clear() {
        if Terminal.errorIsTerminal { ConsoleLogHandler.writeToStandardError("\r\u{1B}[K") }
    }
}
