import Logging
import SpoolSystem
import SpoolWire

/// All renderers of a worker: those for formats whose decoders are trusted, and one for the others that the operator wants.
struct Renderers: Sendable {
    /// So many images are rendered at a time.
    private let usual: RendererPool
    /// nil if there are no formats for it.
    private let wary: RendererPool?
    /// How many there are in all.
    let count: Int

    init(_ usual: RendererPool) { (self.usual, wary, count) = (usual, nil, 1) }

    init(_ configuration: WorkerConfiguration, events: WorkerEvents, logger: Logger, program: OpenFile) {
        let untrusted = configuration.limits.inputFormats.subtracting(SourceFormat.trusted)
        func pool(_ count: Int, _ formats: Set<SourceFormat>) -> RendererPool {
            RendererPool(
                count: count, configuration.sandbox, trusting: formats, events: events, logger: logger, program: program
            )
        }
        usual = pool(configuration.renderers, [])
        // What strangers make of it holds up nobody else.
        wary = untrusted.isEmpty ? nil : pool(1, untrusted)
        count = configuration.renderers + (untrusted.isEmpty ? 0 : 1)
    }

    /// Those for a job with such a source or overlay, or for all others.
    func pool(forUntrusted isUntrusted: Bool) -> RendererPool { isUntrusted ? wary ?? usual : usual }

    /// Starts all, so that a broken installation shows before a job is claimed.
    /// - Returns: what one of the usual ones says.
    func start() async throws(RendererStartError) -> RendererGreeting? {
        let greeting = try await usual.start()
        _ = try await wary?.start()
        return greeting
    }

    func close() async {
        await usual.close()
        await wary?.close()
    }

    func killAll() async {
        await usual.killAll()
        await wary?.killAll()
    }
}
