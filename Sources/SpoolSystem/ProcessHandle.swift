import CSpoolSystem
import Glibc

/// A process that need not be a child: a descriptor of it (pidfd_open(2)), which never stands for another one.
package struct ProcessHandle: Sendable {
    private let file: OpenFile

    /// One that was received.
    package init(_ file: OpenFile) { self.file = file }

    /// Ends the process at once. One that has ended already is no error.
    package func kill() { _ = spool_signal_process(file.descriptor, SIGKILL) }

    /// Waits until the process has ended, and with it all that it had open.
    /// - Returns: false if `deadline` came first.
    package func waitForEnd(until deadline: ContinuousClock.Instant) -> Bool { file.waitUntilReadable(until: deadline) }
}

extension OpenFile {
    /// Waits until poll(2) finds something to read, or the end.
    /// - Returns: false if `deadline` came first.
    func waitUntilReadable(until deadline: ContinuousClock.Instant) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let left = max(0, ContinuousClock.now.duration(to: deadline) / .milliseconds(1))
            if unsafe poll(&request, 1, Int32(min(left.rounded(.up), 60_000))) > 0 { return true }
            if left == 0 { return false }
        }
    }
}
