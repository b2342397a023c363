import CSandbox
import Glibc
package import SpoolSystem
package import SpoolWire
import SystemPackage

/// A renderer's lasting process. It has loaded everything, has one thread, and never reads a byte of a job: for each it forks
/// a child, which gets the job from the supervisor, answers, and ends.
///
/// Phases: start and load (the caller), lock down, greet, then fork and wait until the supervisor's socket closes. A child
/// that waits for its job is forked before the job is there.
package struct RendererParent<Program: RendererProgram> {
    private let program: Program
    private let supervisor: MessageSocket
    private let sandbox: Sandbox?

    /// Locks down and greets.
    /// - Parameters:
    ///   - program: loaded and ready.
    ///   - readable: folders that it can read.
    package init(_ program: Program, to supervisor: MessageSocket, _ mode: SandboxMode, readable: [String] = []) throws
    {
        guard sandbox_count_threads() == 1 else {
            throw SandboxFailure(description: "a library has started threads, so no child can be forked")
        }
        guard sandbox_share_page() == 0 else { throw SandboxFailure.last("map a page") }
        // A rendition that is too large for its limit is an error of that write, not the child's end.
        _ = signal(SIGXFSZ, SIG_IGN)
        let report: SandboxReport
        (sandbox, report) = try Sandbox.close(mode, readable: readable)
        self.program = program
        self.supervisor = supervisor
        try supervisor.send(
            RendererGreeting(version: Release.version, library: program.libraryVersion, sandbox: report).message)
    }

    /// Forks one child after another, until the supervisor has gone.
    package func run() throws {
        while true {
            let (child, process) = try announcedChild()
            guard waits(for: process) else { return }
            try supervisor.send(RendererNews.ended(reaped(child)).message)
            sandbox_free_heap()
            program.prepare(notes())
        }
    }

    /// Forks a child and gives it to the supervisor. Of its socket this process keeps neither end: its closing tells the
    /// supervisor that the child has ended.
    private func announcedChild() throws -> (pid_t, OpenFile) {
        let (mine, theirs) = try MessageSocket.pair()
        sandbox_use_up_heap()
        let child = sandbox_fork()
        if child == 0 {
            close(theirs.descriptor)
            serve(mine)
        }
        guard child > 0 else { throw SandboxFailure.last("fork") }
        let process = OpenFile(owning: sandbox_open_process(child), path: "a process")
        guard process.descriptor >= 0 else { throw SandboxFailure.last("open a process") }
        try supervisor.send(RendererNews.born.message, files: [theirs.file, process])
        return (child, process)
    }

    /// - Returns: false if the supervisor has gone first; the child is then killed as this process ends.
    private func waits(for process: OpenFile) -> Bool {
        var requests = [
            pollfd(fd: process.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: supervisor.descriptor, events: 0, revents: 0),
        ]
        while unsafe poll(&requests, nfds_t(requests.count), -1) <= 0 {}
        return requests[1].revents == 0
    }

    private func reaped(_ child: pid_t) -> ChildEnd {
        var status: Int32 = 0
        var usage = rusage()
        while unsafe wait4(child, &status, 0, &usage) < 0 && errno == EINTR {}
        let signal = status & 0x7f
        return ChildEnd(
            signal: signal, status: signal == 0 ? (status >> 8) & 0xff : 0, peakMemory: usage.ru_maxrss * 1024,
            processorSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds,
            refusedAllocation: Int(clamping: sandbox_take_refused_allocation()))
    }

    private func notes() -> [RendererNote] {
        var numbers = [Double](repeating: 0, count: Int(SANDBOX_MOST_NOTES * SANDBOX_NOTE_LENGTH))
        let count = unsafe sandbox_take_notes(&numbers)
        return (0..<Int(count)).map { note in
            RendererNote { numbers[note * Int(SANDBOX_NOTE_LENGTH) + $0] }
        }
    }

    /// The child: one call, one answer.
    private func serve(_ socket: MessageSocket) -> Never {
        guard sandbox_end_with_parent() == 0 else { ProcessSetup.exitAtOnce(EXIT_FAILURE) }
        close(supervisor.descriptor)
        do {
            if let (call, files, budget) = try socket.receiveCall() {
                try budget.apply()
                try sandbox?.closeChild()
                let channel = SupervisorChannel(socket, share: budget.memoryShare)
                let answer =
                    budget.threads > 1
                    ? try Thread.run { [program] in try program.answer(call, files, channel, budget) }
                    : try program.answer(call, files, channel, budget)
                withExtendedLifetime(files) {}
                try socket.send(answer)
                let notes = program.notes
                unsafe sandbox_leave_notes(
                    notes.flatMap { note in note.indices.map { note[$0] } }, Int32(clamping: notes.count))
            }
        } catch {
            ProcessSetup.complain("spool-renderer: \(error)")
            ProcessSetup.exitAtOnce(EXIT_FAILURE)
        }
        ProcessSetup.exitAtOnce(EXIT_SUCCESS)
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
