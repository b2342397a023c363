import CSpoolSystem
import Glibc
import Synchronization
import SystemPackage

/// A child process that speaks over one ``MessageSocket``, which it finds as its descriptor 3.
package final class ChildProcess: Sendable {
    /// The descriptor under which a child finds its socket.
    package static let socketDescriptor: Int32 = 3
    /// Its own program, which it may close.
    package static let programDescriptor: Int32 = 4

    package enum Ending: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    package let pid: Int32
    package let socket: MessageSocket
    /// Until the process is reaped its id belongs to nobody else, so signals are sent and the process is reaped under
    /// one lock. This needs no descriptor of the process, which older kernels and container filters do not give.
    private let ending = Mutex<Ending?>(nil)

    /// - Parameters:
    ///   - program: is executed as it is open, whatever its path leads to by now. The child has it as its descriptor 4.
    ///   - arguments: the first is the name under which the process is listed.
    ///   - environment: all that the child gets.
    ///   - errors: the child's standard error; nil is this process' own.
    package init(
        _ program: OpenFile, arguments: [String], environment: [String: String], errors: OpenFile? = nil
    ) throws(SystemFailure) {
        let (mine, theirs) = try MessageSocket.pair()
        let words = unsafe Self.terminated(arguments)
        let variables = unsafe Self.terminated(environment.map { "\($0.key)=\($0.value)" })
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        pid = unsafe spool_spawn(
            program.descriptor, words, variables, theirs.descriptor, errors?.descriptor ?? STDERR_FILENO)
        guard pid > 0 else { throw SystemFailure("start", program.path, .last) }
        socket = mine
    }

    private static func terminated(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        unsafe texts.map { unsafe strdup($0) } + [nil]
    }

    /// Ends the process at once, whatever it is doing.
    /// - Returns: false if it has been waited for already; then no signal is sent.
    @discardableResult
    package func kill() -> Bool {
        ending.withLock { ending in
            guard ending == nil else { return false }
            _ = Glibc.kill(pid, SIGKILL)
            return true
        }
    }

    /// Waits for the end, blocking. Must be called at least once for each child.
    package func wait() -> Ending {
        // The process stays a zombie here, so `kill` may go on meanwhile.
        while waitid(P_PID, id_t(pid), nil, WEXITED | WNOWAIT) < 0 && Errno.last == .interrupted {}
        return ending.withLock { ending in
            if let ending { return ending }
            var status: Int32 = 0
            while unsafe waitpid(pid, &status, 0) < 0 && Errno.last == .interrupted {}
            let signal = status & 0x7f
            let seen = signal == 0 ? Ending.exited((status >> 8) & 0xff) : .signalled(signal)
            ending = seen
            return seen
        }
    }

    /// The name of a signal, as the manual page signal(7) spells it: `SIGSEGV`.
    package static func name(ofSignal signal: Int32) -> String {
        guard let name = unsafe spool_signal_name(signal) else { return "signal \(signal)" }
        return unsafe "SIG" + String(cString: name)
    }
}
