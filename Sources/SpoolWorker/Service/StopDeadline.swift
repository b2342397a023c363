import UnixSignals

/// The end of patience with running jobs: a time, or another signal.
struct StopDeadline {
    private let tasks: [Task<Void, Never>]

    init(
        after patience: Duration, signals: [UnixSignal], _ action: @escaping @Sendable (_ reason: String) async -> Void
    ) {
        tasks = [
            Task {
                if (try? await Task.sleep(for: patience)) != nil { await action("the time to finish is over") }
            },
            Task {
                for await signal in await UnixSignalsSequence(trapping: signals) {
                    await action("second signal (\(signal))")
                    return
                }
            },
        ]
    }

    func cancel() { for task in tasks { task.cancel() } }
}
