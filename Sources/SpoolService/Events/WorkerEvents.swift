import SpoolCore

/// What happens in a worker, once for all who want to know.
enum WorkerEvent: Sendable {
    /// An attempt at a job is over: it is in `done`, `failed` or `retry`, as its document says, under this name.
    case attempted(ResultDocument, as: JobName)
    /// The kernel had more events than it holds, and dropped some; a scan takes their place.
    case eventsLost
    /// A renderer's process has ended, and another takes its place.
    case rendererReplaced
}

/// Somebody who wants to know. The calls come from many threads, and must not block.
protocol WorkerEventSink: Sendable {
    func saw(_ event: WorkerEvent)
}

struct WorkerEvents: Sendable {
    var sinks: [any WorkerEventSink] = []

    func send(_ event: WorkerEvent) {
        for sink in sinks { sink.saw(event) }
    }
}
