import SpoolJob
import SpoolSystem
package import SpoolWire

/// What a renderer does with a job.
package protocol RendererProgram: Sendable {
    /// Of the library that it uses, for the greeting.
    var libraryVersion: String { get }

    /// Renders or explains.
    /// - Returns: the answer as a message.
    func answer(
        _ call: RendererCall, _ files: RendererFiles, _ supervisor: SupervisorChannel, _ budget: JobBudget
    ) throws -> [UInt8]

    /// What a child, which has answered, would have had ready.
    var notes: [RendererNote] { get }

    /// Makes that ready for children to come, in the parent. No more than numbers comes from a child, and none is to be trusted.
    func prepare(_ notes: [RendererNote])
}

extension RendererProgram {
    /// Does once what a job does, so that children find all of it done: libraries bound, types known, tables made.
    /// - Parameter photo: a JPEG file. One that stays in its planes needs no thread.
    /// - Throws: what the job fails with.
    package func rehearse(_ photo: [UInt8]) throws {
        let source = try OpenFile.inMemory("spool-renderer source")
        let output = try OpenFile.inMemory("spool-renderer output")
        try source.write(photo)
        let request = RenderRequest(
            input: Input(path: "source"), renditions: [Rendition(path: "0", format: .jpeg, width: 8)],
            limits: RenderLimits())
        let (one, other) = try MessageSocket.pair()
        try one.send(.render(request), RendererFiles(source: source, outputs: [output]), JobBudget())
        guard let (call, files, budget) = try other.receiveCall() else { return }
        let answer = try answer(call, files, SupervisorChannel(other, share: budget.memoryShare), budget)
        guard case .reply(.rendered) = try ChildWord(message: answer) else {
            throw SandboxFailure(description: "cannot render a picture of its own")
        }
        // Its sizes are nobody's.
        prepare([])
    }
}
