import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `A flush group` {
    @Test func `flushes for everybody who waits, and answers each`() async throws {
        let scratch = try ScratchFolder()
        let group = FlushGroup()
        let threads = BlockingThreads(count: 16)
        let folder = try Folder(at: scratch.path)
        let answers = await withTaskGroup(of: Bool.self) { tasks in
            for _ in 0..<500 {
                tasks.addTask(executorPreference: threads) { (try? group.synchronize(folder)) != nil }
            }
            return await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(answers == 500)
    }

    @Test func `tells everybody when the folder cannot be flushed`() async throws {
        // A folder in /proc takes no flush.
        let folder = try Folder(at: "/proc/self/fd")
        let group = FlushGroup()
        for _ in 0..<2 {
            #expect(throws: SystemFailure.self) { try group.synchronize(folder) }
        }
    }
}
