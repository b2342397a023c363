import FoundationEssentials
import Glibc
import SpoolImaging
import SpoolSystem
import SpoolWire

/// A renderer: reads requests from the socket that its supervisor left it, and ends with it.
@main
enum SpoolRenderer {
    static func main() throws {
        // A rendition that is too large for the process' limits is an error of that write, not the renderer's end.
        _ = signal(SIGXFSZ, SIG_IGN)
        let socket = MessageSocket(owning: ChildProcess.socketDescriptor)
        let renderer: Renderer
        do {
            renderer = try Renderer()
            try socket.send(RendererAnswer.encode(RendererGreeting(vips: Renderer.versionText)))
        } catch {
            ProcessSetup.fail("spool-renderer: started by hand, or without libvips: \(error)", EX_UNAVAILABLE)
        }
        // The name in top and ps; it was started as a descriptor. Where it cannot be set, it is only a name.
        try? Data("spool-renderer".utf8).write(to: URL(filePath: "/proc/self/comm"))
        // A supervisor that is killed takes its renderers along, also those that would never read again.
        Thread.start {
            socket.waitUntilClosed()
            ProcessSetup.exitAtOnce(EXIT_SUCCESS)
        }
        while let (call, files) = try socket.receiveCall() {
            let source = files.source.descriptor
            let answer =
                switch call {
                case .render(let request):
                    try RendererAnswer.encode(
                        renderer.render(
                            request, source: source, overlays: files.overlays.map(\.descriptor),
                            outputs: files.outputs.map(\.descriptor)))
                case .explain(let request): try RendererAnswer.encode(renderer.explain(request, source: source))
                }
            withExtendedLifetime(files) {}
            try socket.send(answer)
        }
    }
}
