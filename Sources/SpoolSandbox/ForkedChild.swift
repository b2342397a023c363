import CSandbox
import Glibc
import SpoolSystem

/// Work that would leave threads behind, done in a process of its own.
package enum ForkedChild {
    /// Runs `body` in a child of this process, which must have one thread.
    /// - Returns: what `body` returned there.
    package static func output(of body: () throws -> [UInt8]) throws -> [UInt8] {
        let file = try OpenFile.inMemory("output of a child")
        let child = sandbox_fork()
        guard child >= 0 else { throw SandboxFailure.last("fork") }
        if child == 0 {
            do {
                try file.write(body())
            } catch {
                ProcessSetup.complain("spool-renderer: \(error)")
                ProcessSetup.exitAtOnce(EXIT_FAILURE)
            }
            ProcessSetup.exitAtOnce(EXIT_SUCCESS)
        }
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
        guard status == 0 else { throw SandboxFailure(description: "a trial of the libraries has failed") }
        return try file.read(upTo: 1 << 20)
    }
}
