package import SpoolSystem
import SpoolWire

/// How a child with a job asks for more memory than its share: the supervisor lets it go on when others have left so much.
package struct MemoryRequest: Sendable {
    private let socket: MessageSocket
    /// Bytes.
    private let share: Int

    package init(_ socket: MessageSocket, share: Int) {
        self.socket = socket
        self.share = share
    }

    /// Waits until the job may have so many bytes in all; at once within its share.
    package func waitFor(_ bytes: Int) throws {
        guard bytes > share else { return }
        try socket.send(RendererAnswer.encode(ChildWord.needsMemory(bytes)))
        guard try socket.receive() != nil else { throw SandboxFailure(description: "the supervisor has gone") }
    }
}
