import CoreMetrics
import FoundationEssentials
import SpoolCore
import SystemPackage
import Testing

@testable import SpoolService

@Suite struct `Metrics as text` {
    @Test func `have a type, labels in order, and escaped values`() {
        let text = PrometheusText(help: ["jobs_total": "Jobs."])
        Counter(label: "jobs_total", dimensions: [("b", "x\"\\\n"), ("a", "y")], factory: text).increment(by: 2)
        Counter(label: "jobs_total", dimensions: [("b", "x\"\\\n"), ("a", "y")], factory: text).increment()
        Counter(label: "jobs_total", factory: text).increment(by: 0)
        Meter(label: "depth", factory: text).set(1.5)
        #expect(
            text.text == """
                # TYPE depth gauge
                depth 1.5
                # HELP jobs_total Jobs.
                # TYPE jobs_total counter
                jobs_total 0
                jobs_total{a="y",b="x\\"\\\\\\n"} 3

                """)
    }

    @Test func `count what is at most as large as each bound of a histogram`() throws {
        let text = PrometheusText(help: [:])
        let timer = Timer(label: "seconds", dimensions: [("stage", "rendered")], factory: text)
        for milliseconds in [5, 60, 100_000_000] { timer.recordMilliseconds(milliseconds) }
        let lines = text.text.split(separator: "\n")
        #expect(lines.first == "# TYPE seconds histogram")
        #expect(lines.contains(#"seconds_bucket{stage="rendered",le="0.005"} 1"#))
        #expect(lines.contains(#"seconds_bucket{stage="rendered",le="0.05"} 1"#))
        #expect(lines.contains(#"seconds_bucket{stage="rendered",le="0.1"} 2"#))
        #expect(lines.contains(#"seconds_bucket{stage="rendered",le="7200"} 2"#))
        #expect(lines.contains(#"seconds_bucket{stage="rendered",le="+Inf"} 3"#))
        #expect(lines.contains(#"seconds_count{stage="rendered"} 3"#))
        #expect(lines.contains { $0.hasPrefix(#"seconds_sum{stage="rendered"} 100000.065"#) })
    }

    @Test func `explain each metric of a worker, and no other`() {
        let metrics = WorkerMetrics(version: "1", startedAt: Date())
        metrics.saw(.eventsLost)
        metrics.saw(.rendererReplaced)
        let success = ResultDocument.Success(
            input: .init(path: "a", format: "png", width: 1, height: 1, pages: 1, bytes: 1, sha256: ""), renditions: [],
            timings: .init(queued: 1, waited: 2, rendered: 3, committed: 4))
        let document = ResultDocument(
            job: "a", id: "1", state: .done(success, at: Date()),
            worker: .init(id: "w", host: "h", pid: 1, version: "1"), submittedAt: Date(), claimedAt: Date())
        metrics.saw(.attempted(document, as: JobName("a.json")!))
        metrics.set(underWay: 1, isClaiming: true)
        let names = metrics.text.text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .map { String($0.split(separator: " ")[2]) }
        let ofSpool = [
            "spool_jobs", "spool_oldest_job_seconds", "spool_free_bytes", "spool_free_inodes", "spool_workers",
        ]
        #expect(Set(names + ofSpool) == Set(WorkerMetrics.help.keys))
    }
}
