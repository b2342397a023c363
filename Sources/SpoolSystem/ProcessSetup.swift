import Glibc

/// What a service that runs for months changes about its process, once, at its start.
package enum ProcessSetup {
    /// A log whose reader has gone must not end the worker.
    package static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

    /// Takes all descriptors that the system allows: each rendition under way holds one.
    package static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // Where that is refused, the limit stays what it was.
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// The most memory that this process has held so far (ru_maxrss), in kilobytes of 1024 bytes.
    package static var peakKilobytes: Int {
        var usage = rusage()
        return unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0 ? usage.ru_maxrss : 0
    }
}
