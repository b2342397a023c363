import Glibc
import SpoolJob
import SpoolPlanes
import SpoolSandbox
import SpoolSystem
import SpoolWire
import Synchronization

/// The program of the renderers for JPEGs alone. Its supervisor starts it with a socket; it is of no use by hand.
///
/// It loads no libvips. So there is little that a child must copy and give back again, and little to attack.
@main
enum SpoolJPEGRenderer {
    static func main() {
        do {
            // Its own program, by which it was started.
            close(ChildProcess.programDescriptor)
            ProcessSetup.setName("spool-jpeg")
            let mode = CommandLine.arguments.dropFirst().first.flatMap(SandboxMode.init) ?? .required
            let renderer = JPEGRenderer()
            try renderer.rehearse(PlanarEncoder.sample())
            try RendererParent(renderer, to: MessageSocket(owning: ChildProcess.socketDescriptor), mode).run()
        } catch {
            ProcessSetup.complain("spool-renderer-jpeg: \(error)")
            exit(EX_UNAVAILABLE)
        }
    }
}

private final class JPEGRenderer: RendererProgram {
    private let tools = Mutex(PlanarTools())

    package var libraryVersion: String { "zimg \(PlaneScaler.libraryVersion)" }

    package func answer(
        _ call: RendererCall, _ files: RendererFiles, _ supervisor: SupervisorChannel, _ budget: JobBudget
    ) throws -> [UInt8] {
        let word: ChildWord
        switch call {
        case .render(let request): word = self.word(request, files, supervisor, budget)
        // How a job would be done depends on all ways there are.
        case .explain: word = .declined
        }
        return word.message
    }

    private func word(
        _ request: RenderRequest, _ files: RendererFiles, _ supervisor: SupervisorChannel, _ budget: JobBudget
    ) -> ChildWord {
        do throws(JobError) {
            let rendered = try tools.withLock { tools throws(JobError) -> RenderedJob? in
                guard let rendering = try JPEGRendering(request, source: files.source.descriptor) else { return nil }
                let makers = RenditionMakers.count(
                    of: request.renditions.count, threads: budget.threads, within: budget.memory,
                    memory: rendering.memory)
                try supervisor.waitForMemory(rendering.memory(makers: makers))
                let meter = ProgressMeter {
                    // A supervisor that has gone ends this process by itself.
                    try? supervisor.report($0)
                }
                return try rendering.run(files.outputs.map(\.descriptor), makers: makers, tools.scaler, meter)
            }
            return rendered.map { .reply(.rendered($0)) } ?? .declined
        } catch {
            return .reply(.failed(error))
        }
    }

    package var notes: [RendererNote] { tools.withLock { $0.scaler.notes } }

    package func prepare(_ notes: [RendererNote]) { tools.withLock { $0.scaler.prepare(notes) } }
}
