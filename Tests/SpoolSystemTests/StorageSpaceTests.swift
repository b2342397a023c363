import Glibc
import Testing

@testable import SpoolSystem

struct StorageSpaceTests {
    @Test(arguments: [
        (UInt(1000), UInt(4096), Int64(4_096_000)), (1 << 62, 4, .max), (1 << 62, 2, .max), (.max, 4096, .max),
        (0, 4096, 0),
    ])
    func `space is blocks times their size, and never less than nothing`(
        _ blocks: UInt, size: UInt, expected: Int64
    ) {
        var status = statvfs()
        status.f_bavail = blocks
        status.f_frsize = size
        #expect(StorageSpace(status) == StorageSpace(free: expected, freeInodes: nil))
    }
}
