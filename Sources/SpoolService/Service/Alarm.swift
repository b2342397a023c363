import SpoolSystem

/// Gives a signal at the earliest of some times.
struct Alarm {
    private let wake: WakeSignal
    private var time: ContinuousClock.Instant?
    private var task: Task<Void, Never>?

    init(_ wake: WakeSignal) { self.wake = wake }

    mutating func set(for times: [ContinuousClock.Instant?]) {
        let earliest = times.compactMap(\.self).min()
        if earliest == time && earliest.map({ $0 > .now }) ?? true { return }
        task?.cancel()
        time = earliest
        task = earliest.map { earliest in
            Task { [wake] in
                // A cancelled sleep throws, and then there is nothing to signal.
                if (try? await Task.sleep(until: earliest, clock: .continuous)) != nil { wake.signal() }
            }
        }
    }

    mutating func cancel() { task?.cancel() }
}
