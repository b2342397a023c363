import FoundationEssentials
import Glibc
import Synchronization
public import SystemPackage

/// A program that was started, in a process group of its own, with nothing to read and files to write to.
///
/// Foundation's `Process` of Swift 6.3 ends its own program once in a while, when several threads start processes.
public final class RunningProgram: Sendable {
    public let pid: Int32
    /// What waitpid(2) said. Until then the id belongs to nobody else.
    private let waited = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - command: the program's path, and its arguments.
    ///   - environment: all that it gets.
    ///   - output: a file, made anew.
    ///   - errors: another one.
    public init(
        _ command: [String], environment: [String: String], output: FilePath, errors: FilePath
    ) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (number, file) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
            unsafe posix_spawn_file_actions_addopen(&actions, number, file.string, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        // What other tests have open is not for it. Most of it closes itself.
        for number in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init)
        where number > STDERR_FILENO {
            unsafe posix_spawn_file_actions_addclose(&actions, number)
        }
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let words = unsafe Self.terminated(command)
        let variables = unsafe Self.terminated(environment.map { "\($0.key)=\($0.value)" })
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let error = unsafe posix_spawn(&pid, command[0], &actions, &attributes, words, variables)
        guard error == 0 else { throw Errno(rawValue: error) }
        self.pid = pid
    }

    deinit {
        signal(SIGKILL)
        _ = status(0)
    }

    /// nil while it runs; of a program that a signal has ended, 1000 and the signal's number.
    public var status: Int32? { status(WNOHANG) }

    /// Does nothing to a program that is known to have ended.
    public func signal(_ signal: Int32) { waited.withLock { if $0 == nil { kill(pid, signal) } } }

    private func status(_ options: Int32) -> Int32? {
        waited.withLock { waited in
            var status: Int32 = 0
            while waited == nil {
                let ended = unsafe waitpid(pid, &status, options)
                if ended < 0 && errno == EINTR { continue }
                guard ended == pid else { return nil }
                waited = status
            }
            return waited.map { $0 & 0x7F == 0 ? $0 >> 8 & 0xFF : 1000 + $0 & 0x7F }
        }
    }

    private static func terminated(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        unsafe texts.map { unsafe strdup($0) } + [nil]
    }
}
