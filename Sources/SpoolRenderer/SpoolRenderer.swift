import Glibc
import SpoolImaging
import SpoolJob
import SpoolPlanes
package import SpoolSandbox
import SpoolSystem
package import SpoolWire

/// The renderers' program. Its supervisor starts it with a socket; it is of no use by hand.
@main
enum SpoolRenderer {
    static func main() {
        do {
            // Its own program, by which it was started.
            close(ChildProcess.programDescriptor)
            ProcessSetup.setName("spool-renderer")
            let arguments = CommandLine.arguments.dropFirst()
            let mode = arguments.first.flatMap(SandboxMode.init) ?? .required
            let formats = arguments.dropFirst().compactMap(SourceFormat.init)
            try Renderer.load(trusting: formats)
            let renderer = try Renderer(tried: ForkedChild.output { try Renderer.tried() })
            try renderer.rehearse(PlanarEncoder.sample())
            let socket = MessageSocket(owning: ChildProcess.socketDescriptor)
            let fonts = formats.contains(where: \.isDrawn) ? FontFolders.all : []
            try RendererParent(renderer, to: socket, mode, readable: fonts).run()
        } catch {
            ProcessSetup.complain("spool-renderer: \(error)")
            exit(EX_UNAVAILABLE)
        }
    }
}

extension Renderer: RendererProgram {
    package var libraryVersion: String { Self.versionText }

    package func answer(
        _ call: RendererCall, _ files: RendererFiles, _ supervisor: SupervisorChannel, _ budget: JobBudget
    ) throws -> [UInt8] {
        let source = files.source.descriptor
        switch call {
        case .render(let request):
            let reply = render(
                request, source: source, overlays: files.overlays.map(\.descriptor),
                outputs: files.outputs.map(\.descriptor), threads: budget.threads, memory: budget.memory
            ) { bytes throws(JobError) in
                try supervisor.waitForMemory(bytes)
            } progress: {
                // A supervisor that has gone ends this process by itself.
                try? supervisor.report($0)
            }
            return ChildWord.reply(reply).message
        case .explain(let request): return try explain(request, source: source).message
        }
    }
}
