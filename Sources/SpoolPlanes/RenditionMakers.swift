import Dispatch
package import SpoolJob
import SpoolSystem
package import SpoolWire
import Synchronization

/// Makes renditions of a job side by side: so many at a time, each on a thread of its own.
///
/// A library may have one buffer of errors for the whole process, so nobody knows whose words are in it. What fails beside others
/// is made once more, alone: then its words are its own, and all memory is its.
package final class RenditionMakers {
    package typealias Making = () throws(JobError) -> RenderedImage

    /// A rendition that is to be made. What it uses does not change any more, and what it uses belongs to no thread.
    private struct Work: @unchecked Sendable {
        /// Its place among those that were begun.
        var number: Int
        /// Its place in the job.
        var index: Int
        var make: Making
    }

    /// What the threads tell.
    private final class Outcome: Sendable {
        struct State {
            var made: [Int: RenderedImage] = [:]
            var failed: [Work] = []
        }

        let state = Mutex(State())
        /// Signalled by each thread at its end.
        let ended = DispatchSemaphore(value: 0)

        func make(_ work: Work) {
            do {
                try add(work.make(), work.index)
            } catch {
                // Why it failed is asked when it is alone.
                state.withLock { $0.failed.append(work) }
            }
            ended.signal()
        }

        func add(_ image: RenderedImage, _ index: Int) { state.withLock { $0.made[index] = image } }
    }

    private let count: Int
    private let forgetErrors: () -> Void
    private let outcome = Outcome()
    private var begun = 0
    private var threads = 0

    private init(_ count: Int, _ forget: @escaping () -> Void) { (self.count, forgetErrors) = (count, forget) }

    /// How many renditions are made at a time, as far as memory allows.
    /// - Parameters:
    ///   - limit: bytes that the job may have. What is expected must be half of it, since it is not exact.
    ///   - memory: what is expected with so many.
    package static func count(of renditions: Int, threads: Int, within limit: Int, memory: (Int) -> Int) -> Int {
        var makers = min(threads, renditions)
        while makers > 1 && memory(makers) > limit / 2 { makers -= 1 }
        return makers
    }

    /// - Parameter each: what the encoder of each rendition takes.
    /// - Returns: what so many of them take at a time, with their threads.
    package static func memory(_ each: [Int], makers: Int) -> Int {
        each.sorted(by: >).prefix(makers).reduce(0, +) + (makers > 1 ? makers * Thread.smallStack : 0)
    }

    /// Runs `body`, which has renditions made.
    /// - Parameters:
    ///   - count: how many at a time; with 1 there are no threads.
    ///   - forgetErrors: empties a library's buffer of errors, before something is made once more.
    /// - Returns: the renditions by their place in the job, when all are complete.
    package static func run(
        _ count: Int, forgetErrors: @escaping () -> Void = {}, _ body: (RenditionMakers) throws(JobError) -> Void
    ) throws(JobError) -> [Int: RenderedImage] {
        let makers = RenditionMakers(count, forgetErrors)
        // Whatever is thrown, no thread goes on behind the caller's back.
        defer { makers.join() }
        try body(makers)
        try makers.finish()
        return makers.outcome.state.withLock { $0.made }
    }

    /// Begins a rendition, as soon as there is a thread for it.
    /// - Parameter index: its place in the job.
    /// - Throws: what it failed with, or one that was begun earlier.
    package func make(_ index: Int, _ body: @escaping Making) throws(JobError) {
        begun += 1
        let work = Work(number: begun, index: index, make: body)
        if threads == count { waitForOne() }
        if outcome.state.withLock({ !$0.failed.isEmpty }) { try finish() }
        if count > 1, Thread.tryStart(stack: Thread.smallStack, { [outcome] in outcome.make(work) }) {
            threads += 1
        } else {
            try finish()
            try outcome.add(work.make(), index)
        }
    }

    /// Waits until all that were begun are complete.
    /// - Throws: what the first of them failed with.
    package func finish() throws(JobError) {
        join()
        let failed = outcome.state.withLock { state in
            defer { state.failed = [] }
            return state.failed.sorted { $0.number < $1.number }
        }
        for work in failed {
            forgetErrors()
            try outcome.add(work.make(), work.index)
        }
    }

    private func join() { while threads > 0 { waitForOne() } }

    private func waitForOne() {
        outcome.ended.wait()
        threads -= 1
    }
}

/// How a job uses the threads that it has.
package struct RenderThreads: Equatable {
    /// How many renditions are made at a time.
    package var makers: Int
    package var inAll: Int

    package init(makers: Int = 1, inAll: Int = 1) { (self.makers, self.inAll) = (makers, inAll) }

    /// What each of those has for its pipeline.
    package var ofPipelines: Int { max(1, inAll / makers) }
}
