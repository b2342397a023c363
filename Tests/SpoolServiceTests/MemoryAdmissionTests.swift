import Synchronization
import TestSupport
import Testing

@testable import SpoolService

@Suite struct `The memory of all renderings together` {
    /// Ten for two renderers: five each.
    private let memory = MemoryAdmission(total: 10, renderers: 2)

    /// Something that has been let in, or not yet.
    private final class Asked<Value: Sendable>: Sendable {
        private let value = Mutex<Value?>(nil)
        var answer: Value? { value.withLock { $0 } }

        init(_ body: @escaping @Sendable () async -> Value) {
            Task {
                let answer = await body()
                value.withLock { $0 = answer }
            }
        }

        func answered(_ what: String) async throws -> Value {
            try await eventually("\(what)") { answer != nil }
            return try #require(answer)
        }
    }

    private func begun() async throws -> MemoryAdmission.Holding { try #require(await memory.begin()) }

    @Test func `is shared evenly, and asking for no more than the share waits for nobody`() async throws {
        #expect(memory.share == 5)
        let (one, two) = (try await begun(), try await begun())
        #expect(await memory.enlarge(one, to: 5))
        #expect(await memory.enlarge(two, to: 1))
    }

    @Test(arguments: [8, 10, 1000])
    func `goes to one that needs more when the others have left it, and none begins meanwhile`(need: Int) async throws {
        let (large, small) = (try await begun(), try await begun())
        let wish = Asked { [memory] in await memory.enlarge(large, to: need) }
        try await eventually("it waits") { await memory.isAwaited }
        let next = Asked { [memory] in await memory.begin() }
        #expect(wish.answer == nil)
        await memory.end(small)
        #expect(try await wish.answered("it is let in"))
        let isAwaited = await memory.isAwaited
        #expect(!isAwaited && next.answer == nil)
        await memory.end(large)
        #expect(try await next.answered("the next begins") != nil)
    }

    @Test func `lets a small one run beside a large one where it fits`() async throws {
        let memory = MemoryAdmission(total: 12, renderers: 4)
        let large = try #require(await memory.begin())
        #expect(await memory.enlarge(large, to: 9))
        #expect(await memory.begin() != nil)
        let next = Asked { await memory.begin() }
        await memory.end(large)
        #expect(try await next.answered("it begins") != nil)
    }

    @Test func `is given to two large ones one after the other`() async throws {
        let (one, two) = (try await begun(), try await begun())
        let first = Asked { [memory] in await memory.enlarge(one, to: 9) }
        try await eventually("one waits") { await memory.isAwaited }
        // It is what the other waits for.
        let second = Asked { [memory] in await memory.enlarge(two, to: 9) }
        #expect(try await first.answered("the first has it"))
        #expect(second.answer == nil)
        await memory.end(one)
        #expect(try await second.answered("the second has it"))
    }

    @Test func `lets nobody wait when the worker stops`() async throws {
        let (one, two) = (try await begun(), try await begun())
        let wish = Asked { [memory] in await memory.enlarge(one, to: 9) }
        try await eventually("it waits") { await memory.isAwaited }
        let next = Asked { [memory] in await memory.begin() }
        await memory.close()
        #expect(try await wish.answered("it is turned away") == false)
        #expect(try await next.answered("it is turned away") == nil)
        #expect(await memory.begin() == nil)
        #expect(await !memory.enlarge(two, to: 9))
    }
}
