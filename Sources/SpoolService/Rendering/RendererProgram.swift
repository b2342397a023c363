import SpoolSystem
import SystemPackage

/// The program of the renderers.
enum RendererProgram {
    static let name: FilePath.Component = "spool-renderer"

    /// Where it may lie, seen from the folder of the worker's own program: beside it, or where packages put programs that
    /// only other programs start.
    private static let places: [FilePath] = [".", "../libexec/spool-worker"]

    /// Opens the program. A worker does so once: after an upgrade its later renderers are still of its own version.
    static func open() throws(RendererStartError) -> OpenFile {
        guard let own = ProcessSetup.program else {
            throw RendererStartError(description: "the worker's own program cannot be found by /proc/self/exe")
        }
        let candidates = places.map {
            own.removingLastComponent().pushing($0).lexicallyNormalized().appending(name)
        }
        for candidate in candidates {
            do throws(SystemFailure) {
                return try OpenFile.program(at: candidate)
            } catch  where error.errno == .noSuchFileOrDirectory {
                continue
            } catch {
                throw RendererStartError(description: "the renderers' program cannot be started: \(error)")
            }
        }
        let places = candidates.map(\.printable).joined(separator: " nor ")
        throw RendererStartError(
            description: "there is no \(places): install spool-renderer, which comes with spool-worker")
    }
}
