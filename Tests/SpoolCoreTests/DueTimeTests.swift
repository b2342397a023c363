import Foundation
import Glibc
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@testable import SpoolCore

@Suite struct `The time until which a job waits` {
    let checked: CheckedSpool
    let name = JobName("job.json")!

    init() throws {
        checked = try CheckedSpool()
        try checked.put(checked.document(.retry), in: "retry")
    }

    private func due() throws -> Int64 {
        let retry = checked.spool[.retry]
        let status = try retry.status(of: name.file)
        return try checked.spool.dueTime(of: name, #require(status))
    }

    @Test func `is that of its file`() throws {
        try checked.spool[.retry].setModified(name.file, 5_000_000_000)
        #expect(try due() == 5_000_000_000)
    }

    /// Only root can give files away.
    @Test(.enabled(if: geteuid() == 0))
    func `is that of its document where the file is another user's, until it is touched`() throws {
        let retry = checked.spool[.retry]
        try retry.setModified(name.file, 5_000_000_000)
        try retry.setModified(name.result, 7_000_000_000)
        #expect(unsafe chown(retry.path.appending(name.file).string, 12_345, 12_345) == 0)
        #expect(try due() == 7_000_000_000)
        let before = Date().nanoseconds - 1_000_000_000
        try retry.touch(name.file)
        #expect(try due() > before)
        try retry.remove(name.result)
        #expect(try due() > before)
    }
}
