import CSpoolSystem
import Glibc
package import SystemPackage

/// What a service that runs for months changes about its process, once, at its start.
package enum ProcessSetup {
    /// A log whose reader has gone must not end the worker.
    package static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

    /// Whether the process ignores a signal, as `nohup` makes its program ignore SIGHUP.
    package static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Whether a person has started this on a terminal, which can hang up.
    package static var hasTerminal: Bool { isatty(STDIN_FILENO) == 1 || isatty(STDERR_FILENO) == 1 }

    /// Whether a path leads to something.
    package static func canFind(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Where the program of this process lies; nil without /proc.
    package static var program: FilePath? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) { buffer in
            unsafe buffer.initialize(repeating: 0)
            let length = unsafe readlink("/proc/self/exe", buffer.baseAddress!, Int(PATH_MAX))
            return length > 0 ? unsafe FilePath(platformString: buffer.baseAddress!) : nil
        }
    }

    /// Takes all descriptors that the system allows: each rendition under way holds one.
    package static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // Where that is refused, the limit stays what it was.
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Names the process for `ps` and the like; its children inherit that. Started by a descriptor, it is called by the
    /// descriptor's number.
    /// - Parameter name: its first 15 bytes are shown.
    package static func setName(_ name: String) {
        _ = unsafe spool_set_process_name(name)
    }

    /// Writes a line on the standard error.
    package static func complain(_ message: String) {
        let line = Array((message + "\n").utf8)
        _ = unsafe write(STDERR_FILENO, line, line.count)
    }

    /// Ends the process without waiting for its threads.
    package static func exitAtOnce(_ status: Int32) -> Never { _exit(status) }

    /// The most memory that this process has held so far (ru_maxrss), in kilobytes of 1024 bytes.
    package static var peakKilobytes: Int {
        var usage = rusage()
        return unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0 ? usage.ru_maxrss : 0
    }
}
