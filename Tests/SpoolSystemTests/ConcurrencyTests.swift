import Dispatch
import SpoolSystem
import Testing

@Suite struct `Blocking threads` {
    @Test func `run as many blocking tasks at a time as there are threads`() async {
        let threads = BlockingThreads(count: 8)
        let arrived = DispatchSemaphore(value: 0)
        let gate = DispatchSemaphore(value: 0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask(executorPreference: threads) {
                    arrived.signal()
                    Self.block(on: gate)
                }
            }
            // Only if all eight are inside at once does the last one arrive.
            group.addTask(executorPreference: BlockingThreads(count: 1)) {
                for _ in 0..<8 { Self.block(on: arrived) }
                for _ in 0..<8 { gate.signal() }
            }
        }
    }

    private nonisolated static func block(on semaphore: DispatchSemaphore) { semaphore.wait() }
}

@Suite struct `A wake signal` {
    @Test func `that came before the wait is not lost`() async {
        let wake = WakeSignal()
        wake.signal()
        wake.signal()
        await wake.wait()
        let task = Task { await wake.wait() }
        wake.signal()
        await task.value
    }
}
