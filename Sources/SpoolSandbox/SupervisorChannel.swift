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
    /// - Throws: ``ErrorCode/rendererDied``, if the supervisor has gone.
    package func waitForMemory(_ bytes: Int) throws(JobError) {
        guard bytes > share else { return }
        do {
            try socket.send(ChildWord.needsMemory(bytes).message)
            if try socket.receive() != nil { return }
        } catch {
            throw JobError(.rendererDied, "\(error)")
        }
        throw JobError(.rendererDied, "the supervisor has gone")
    }

    /// Says how far the job is; nobody answers.
    package func report(_ progress: RenderProgress) throws {
        try socket.send(ChildWord.progress(progress).message)
    }
}
