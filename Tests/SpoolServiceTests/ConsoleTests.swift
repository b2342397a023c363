import FoundationEssentials
import Logging
import SpoolCore
import SpoolSystem
import Synchronization
import SystemPackage
import Testing

@testable import SpoolService

@Suite struct `The log` {
    private final class Lines: Sendable {
        let text = Mutex("")
    }

    private func log(_ style: ConsoleLogHandler.Style, _ body: (Logger) -> Void) -> String {
        let lines = Lines()
        body(
            Logger(label: "test") { _ in
                ConsoleLogHandler(level: SharedLogLevel(.info), style: style) { line in
                    lines.text.withLock { $0 += line }
                }
            })
        return lines.text.withLock { $0 }
    }

    @Test func `has priorities for systemd and no time of its own while the journal cannot be reached`() {
        let text = log(Self.deaf) { logger in
            logger.warning("failed: no such file", metadata: ["job": "a b.json", "code": "input_not_found"])
            logger.debug("not shown")
            logger.critical("bad")
        }
        #expect(text == "<4>failed: no such file code=input_not_found job=\"a b.json\"\n<2>bad\n")
    }

    private static let deaf = ConsoleLogHandler.Style.journal(Journal(at: "/no/such/socket"))

    @Test func `is one line a message, whatever names hold`() {
        let text = log(Self.deaf) { $0.info("job\n<0>forged", metadata: ["job": "x\ny"]) }
        #expect(text == "<6>job\\n<0>forged job=x\\ny\n")
    }

    @Test func `has lines of bounded length, and no characters that are not seen`() {
        let long = String(repeating: "y", count: 1_000_000)
        let text = log(Self.deaf) { $0.info("a\u{9B}2J\u{202E}\u{200B}\(long)", metadata: ["job": "\(long)"]) }
        #expect(text.utf8.count < 2200)
        #expect(text.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 || $0 == "\n" || $0 == "…" })
    }

    @Test func `has the time where nobody else adds it`() throws {
        let text = log(.plain) { $0.info("hello") }
        let time = try #require(text.split(separator: " ").first)
        #expect(time.count == 24 && time.hasSuffix("Z"))
        #expect(text.hasSuffix(" info hello\n"))
    }
}

@Suite struct `The log line of a job` {
    private func line(attempts: Int) -> String {
        EventLog.failure(JobError(.inputNotFound, "there is none"), after: attempts)
    }

    @Test func `says after how many attempts the job has failed`() {
        #expect(line(attempts: 0) == "failed: there is none")
        #expect(line(attempts: 1) == "failed: there is none")
        #expect(line(attempts: 5) == "failed after 5 attempts: there is none")
    }
}

@Suite struct `What submit says while it waits` {
    private func names(_ count: Int) -> [JobName] {
        // Plain names of jobs.
        (1...count).map { JobName(FilePath.Component("\($0).json")!)! }
    }

    @Test func `names the jobs that are late`() {
        #expect(JobWait.late(names(1), of: 1) == "1.json is not done yet")
        #expect(JobWait.late(names(2), of: 9) == "2 of 9 jobs are not done yet: 1.json, 2.json")
        #expect(
            JobWait.late(names(7), of: 9)
                == "7 of 9 jobs are not done yet: 1.json, 2.json, 3.json, 4.json, 5.json and 2 more")
    }

    @Test func `tells why no job is begun`() {
        func worker(_ state: RegisteredWorker.State, pause: String? = nil) -> RegisteredWorker {
            RegisteredWorker(
                worker: ResultDocument.Worker(id: "w", host: "h", pid: 1, version: "1"), state: state,
                lastBeat: Date(), silence: 0, pause: pause)
        }
        #expect(Obstacle([]) == .noWorker)
        #expect(Obstacle([worker(.dead), worker(.silent)]) == .noWorker)
        #expect(Obstacle([worker(.dead), worker(.alive, pause: "full")]) == .paused("full"))
        #expect(Obstacle([worker(.alive, pause: "full"), worker(.alive)]) == nil)
        #expect(Obstacle.noWorker.text("/a").hasSuffix("until one is started: spool-worker run --spool /a"))
        #expect(Obstacle.paused("full").text("/a") == "no worker claims jobs at the moment: full")
    }
}

@Suite struct `Exit statuses` {
    @Test func `are all explained in the help`() {
        for status in ExitStatus.allCases {
            #expect(
                ExitStatus.help.contains("\(status.rawValue)  \(status.meaning)\n")
                    || status == ExitStatus.allCases.last)
        }
    }
}
