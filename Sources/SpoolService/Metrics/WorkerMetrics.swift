import CoreMetrics
import FoundationEssentials
import SpoolCore
import SpoolSystem

/// What is counted and measured of a worker, and of its spool.
///
/// `spool_worker_…` is of this process since its start; `spool_…` is of the spool, the same from each of its workers.
struct WorkerMetrics: WorkerEventSink {
    let text = PrometheusText(help: Self.help)

    /// By name.
    static let help: [String: String] = [
        "spool_worker_attempts_total":
            "Attempts at jobs that have ended, by what became of the job: done, failed or retry; and by error code.",
        "spool_worker_stage_seconds":
            "Time of each stage of jobs that are done: queued (drop to claim), waited (for a renderer), rendered, committed.",
        "spool_worker_input_bytes_total": "Bytes of the sources of jobs that are done.",
        "spool_worker_output_bytes_total": "Bytes of the renditions of jobs that are done.",
        "spool_worker_renditions_total": "Renditions of jobs that are done.",
        "spool_worker_events_lost_total": "How often the kernel dropped events; a scan took their place.",
        "spool_worker_renderers_replaced_total": "Renderer processes that ended and were replaced.",
        "spool_worker_jobs_under_way": "Jobs that this worker has at the moment.",
        "spool_worker_claiming": "1 while this worker claims jobs; 0 while the spool is paused, is full or has failed.",
        "spool_worker_start_time_seconds": "When this worker was started, in seconds since 1970.",
        "spool_worker_info": "1, with the version as a label.",
        "spool_jobs": "Jobs in each folder of the spool.",
        "spool_oldest_job_seconds": "Age of the oldest job of each folder, since it came there; 0 for an empty one.",
        "spool_free_bytes": "What is left on the file systems that jobs write to.",
        "spool_free_inodes": "What is left on the file systems that jobs write to.",
        "spool_workers": "Workers of the spool, by state: alive, silent or dead.",
    ]

    init(version: String, startedAt: Date) {
        meter("spool_worker_info", [("version", version)]).set(1)
        meter("spool_worker_start_time_seconds").set(startedAt.timeIntervalSince1970)
        // What has not happened yet is 0, so that a rate can be had from the first time on.
        attempts(.done, nil).increment(by: 0)
        counter("spool_worker_events_lost_total").increment(by: 0)
        counter("spool_worker_renderers_replaced_total").increment(by: 0)
    }

    func saw(_ event: WorkerEvent) {
        switch event {
        case .attempted(let document, _): add(document)
        case .eventsLost: counter("spool_worker_events_lost_total").increment()
        case .rendererReplaced: counter("spool_worker_renderers_replaced_total").increment()
        }
    }

    private func add(_ document: ResultDocument) {
        attempts(document.status, document.error?.code).increment()
        guard let success = document.success else { return }
        let stages = [
            ("queued", success.timings.queued), ("waited", success.timings.waited),
            ("rendered", success.timings.rendered), ("committed", success.timings.committed),
        ]
        for (stage, milliseconds) in stages {
            Timer(label: "spool_worker_stage_seconds", dimensions: [("stage", stage)], factory: text)
                .recordSeconds(max(0, milliseconds) / 1000)
        }
        counter("spool_worker_input_bytes_total").increment(by: success.input.bytes)
        counter("spool_worker_output_bytes_total").increment(by: success.renditions.reduce(0) { $0 + $1.bytes })
        counter("spool_worker_renditions_total").increment(by: success.renditions.count)
    }

    /// What the loop knows.
    func set(underWay: Int, isClaiming: Bool) {
        meter("spool_worker_jobs_under_way").set(underWay)
        meter("spool_worker_claiming").set(isClaiming ? 1 : 0)
    }

    func set(_ survey: SpoolSurvey, now: Date) {
        for (folder, state) in survey.states {
            let label = [("folder", folder.rawValue)]
            meter("spool_jobs", label).set(state.jobs)
            meter("spool_oldest_job_seconds", label).set(state.oldest.map { max(0, now.timeIntervalSince($0)) } ?? 0)
        }
        for state in [RegisteredWorker.State.alive, .silent, .dead] {
            meter("spool_workers", [("state", state.rawValue)]).set(survey.workers.count { $0.state == state })
        }
    }

    func set(_ space: StorageSpace, of folder: Folder) {
        let label = [("path", folder.path.printable)]
        meter("spool_free_bytes", label).set(space.free)
        if let inodes = space.freeInodes { meter("spool_free_inodes", label).set(inodes) }
    }

    private func attempts(_ status: ResultDocument.Status, _ code: ErrorCode?) -> Counter {
        counter("spool_worker_attempts_total", [("code", code?.rawValue ?? ""), ("outcome", status.rawValue)])
    }

    private func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
        Counter(label: name, dimensions: dimensions, factory: text)
    }

    private func meter(_ name: String, _ dimensions: [(String, String)] = []) -> Meter {
        Meter(label: name, dimensions: dimensions, factory: text)
    }
}
