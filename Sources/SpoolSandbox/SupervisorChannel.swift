package import SpoolJob
package import SpoolSystem
package import SpoolWire

/// What a child with a job says to its supervisor before it answers.
package struct SupervisorChannel: Sendable {
    private let socket: MessageSocket
    /// Bytes.
    private let share: Int

    package init(_ socket: MessageSocket, share: Int) {
        self.socket = socket
        self.share = share
    }

    /// Asks for more memory than the child's share, and waits until the job may have so many bytes in all: the supervisor
    /// lets it go on when others have left so much. Within its share it goes on at once.
    package func waitForMemory(_ bytes: Int) throws {
        guard bytes > share else { return }
        try socket.send(ChildWord.needsMemory(bytes).message)
        guard try socket.receive() != nil else { throw SandboxFailure(description: "the supervisor has gone") }
    }

    /// The same, for those who tell why a job has failed.
    package func waitForMemory(of bytes: Int) throws(JobError) {
        do {
            try waitForMemory(bytes)
        } catch {
            throw JobError(.rendererDied, "\(error)")
        }
    }

    /// Says how far the job is; nobody answers.
    package func report(_ progress: RenderProgress) throws {
        try socket.send(ChildWord.progress(progress).message)
    }
}
