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

    /// Opens the programs of this installation.
    init(_ configuration: WorkerConfiguration, events: WorkerEvents, logger: Logger) throws(RendererStartError) {
        let (all, jpeg) = (
            try RendererProgram.open(RendererProgram.all), try RendererProgram.open(RendererProgram.jpeg)
        )
        let (sandbox, untrusted) = (
            configuration.sandbox, configuration.limits.inputFormats.subtracting(SourceFormat.trusted)
        )
        usual = RendererPool(count: configuration.renderers, events: events, logger: logger) {
            (count, logger) throws(RendererStartError) in
            try Renderer.start(count, all, jpeg: jpeg, sandbox, trusting: [], logger: logger)
        }
        // What strangers make of it holds up nobody else.
        wary =
            untrusted.isEmpty
            ? nil
            : RendererPool(count: 1, events: events, logger: logger) { (count, logger) throws(RendererStartError) in
                try Renderer.start(count, all, jpeg: nil, sandbox, trusting: untrusted, logger: logger)
            }
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
