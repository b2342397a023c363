import SpoolCore
import TestSupport
import Testing

@Suite struct `A producer that waits` {
    let checked: CheckedSpool
    let name = JobName("job.json")!  // A constant that is a job's name.

    init() throws { checked = try CheckedSpool() }

    @Test func `gets the result when the job has ended`() async throws {
        let spool = checked.spool
        async let result = spool.result(of: name, until: .now + .seconds(120))
        try checked.put(checked.document(), in: "done", withJob: false)
        try checked.scratch.write("{}", to: "done/job.json")
        #expect(try await result?.id == "id-1")
    }

    @Test func `gets a result that is there, even after the deadline`() async throws {
        try checked.put(checked.document(.failed), in: "failed")
        #expect(try await checked.spool.result(of: name, until: .now)?.status == .failed)
    }

    @Test func `gets nothing after the deadline`() async throws {
        try checked.scratch.write("{}", to: "incoming/job.json")
        #expect(try await checked.spool.result(of: name, until: .now + .milliseconds(1)) == nil)
    }

    @Test func `stops when its task is cancelled`() async throws {
        let wait = Task { [spool = checked.spool, name] in
            try await spool.result(of: name, until: .now + .seconds(3600))
        }
        wait.cancel()
        await #expect(throws: CancellationError.self) { try await wait.value }
    }

    @Test func `finds its job where it was seen last`() throws {
        #expect(try checked.spool.job(named: name) == nil)
        try checked.scratch.write("{}", to: "incoming/job.json")
        try checked.scratch.write("{}", to: "processing/w1/job.json")
        let found = try checked.spool.job(named: name)
        #expect(found?.state == .processing && found?.worker == "w1")
    }
}
