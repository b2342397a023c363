import CSpoolSystem
import SystemPackage

/// A pipe: what is written at one end is read at the other.
package struct Pipe {
    package let reading, writing: OpenFile

    package init() throws(SystemFailure) {
        var ends: [Int32] = [-1, -1]
        guard unsafe spool_pipe(&ends) == 0 else { throw SystemFailure("make", "a pipe", .last) }
        reading = OpenFile(owning: ends[0], path: "a pipe")
        writing = OpenFile(owning: ends[1], path: "a pipe")
    }
}
