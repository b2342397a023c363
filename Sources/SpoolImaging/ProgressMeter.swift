import CVips
import SpoolWire
import Synchronization

/// How far a rendering is, said now and then.
final class ProgressMeter: Sendable {
    static let interval = Duration.seconds(2)

    private struct State {
        var progress = RenderProgress(renditions: 0, percent: 0)
        var nextDue: ContinuousClock.Instant
    }

    private let interval: Duration
    private let state: Mutex<State>
    private let tell: @Sendable (RenderProgress) -> Void

    init(every interval: Duration = interval, _ tell: @escaping @Sendable (RenderProgress) -> Void) {
        self.interval = interval
        state = Mutex(State(nextDue: .now + interval))
        self.tell = tell
    }

    func set(percent: Int) { change { $0.percent = percent } }

    func finishRendition() {
        change {
            $0.renditions += 1
            $0.percent = 0
        }
    }

    private func change(_ body: (inout RenderProgress) -> Void) {
        let now = ContinuousClock.now
        let due = state.withLock { state -> RenderProgress? in
            body(&state.progress)
            guard now >= state.nextDue else { return nil }
            state.nextDue = now + interval
            return state.progress
        }
        if let due { tell(due) }
    }
}

extension Raster {
    /// Has the meter follow the computation of this image, which it must outlive.
    func tell(_ meter: ProgressMeter) {
        let context = unsafe Unmanaged.passUnretained(meter).toOpaque()
        unsafe spool_vips_on_progress(
            pointer,
            { _, progress, context in
                guard let progress = unsafe progress, let context = unsafe context else { return }
                let meter = unsafe Unmanaged<ProgressMeter>.fromOpaque(context).takeUnretainedValue()
                unsafe meter.set(percent: Int(progress.pointee.percent))
            }, context)
    }
}
