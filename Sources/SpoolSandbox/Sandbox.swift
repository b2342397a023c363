import CSandbox
import Glibc
import SpoolSystem
import SpoolWire

/// What a renderer gives up before it sees a job: for good, and for all children.
///
/// See ``RendererParent`` for when. What remains: memory, threads, time, and files that are open already.
@safe
package struct Sandbox {
    private let child: OpaquePointer

    /// Locks this process down. Blocks nothing that ``SpoolWire/RendererGreeting`` then does not name.
    /// - Parameter readable: folders whose files can still be opened to be read.
    /// - Returns: what holds, for the greeting.
    static func close(_ mode: SandboxMode, readable: [String]) throws(SandboxFailure) -> (Sandbox?, SandboxReport) {
        guard sandbox_renounce() == 0 else { throw .last("give up privileges") }
        var report = SandboxReport(landlock: 0, systemCalls: false)
        guard mode != .off else { return (nil, report) }
        // Without Landlock to say which ones, no files at all can be opened: a drawing then has no text.
        let opensFiles = !readable.isEmpty && sandbox_landlock_version() >= 1
        // Compiled first: files of the library's own are needed for it.
        guard let parent = unsafe sandbox_compile(SANDBOX_PARENT, opensFiles),
            let child = unsafe sandbox_compile(SANDBOX_CHILD, opensFiles)
        else { throw .last("compile the filters of system calls") }
        if unsafe sandbox_close_file_system(readable.joined(separator: ":")) == 0 {
            report.landlock = Int(sandbox_landlock_version())
        } else if mode == .required || opensFiles {
            throw .last("take the file system away (Landlock, of Linux 5.13 or later, must be enabled)")
        }
        if unsafe sandbox_install(parent) == 0 {
            report.systemCalls = true
        } else if mode == .required {
            throw .last("limit system calls (seccomp must be enabled)")
        }
        return (unsafe report.systemCalls ? Sandbox(child: child) : nil, report)
    }

    private init(child: OpaquePointer) { unsafe self.child = child }

    /// Takes from a child, which has a job, what its parent needed to fork.
    func closeChild() throws(SandboxFailure) {
        guard unsafe sandbox_install(child) == 0 else { throw .last("limit system calls") }
    }
}

/// A step of the sandbox that failed, in words that follow "cannot".
package struct SandboxFailure: Error, CustomStringConvertible {
    package var description: String

    static func last(_ action: String) -> SandboxFailure {
        let reason = unsafe String(cString: strerror(errno))
        return SandboxFailure(description: "cannot \(action): \(reason)")
    }
}

extension JobBudget {
    /// Limits this process for good.
    func apply() throws(SandboxFailure) {
        var budget = sandbox_budget(
            memory: UInt64(memory), processor: UInt64(processorSeconds), file: UInt64(outputBytes), descriptors: 1024)
        guard unsafe sandbox_limit(&budget) == 0 else { throw .last("limit itself") }
    }
}
