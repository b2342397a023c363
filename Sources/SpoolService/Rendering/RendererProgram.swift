import SpoolSystem
import SystemPackage

/// A program of the renderers, open: after an upgrade, later renderers of a worker are still of its own version.
struct RendererProgram: Sendable {
    /// As processes show it.
    var name: String
    var file: OpenFile

    /// Takes all jobs.
    static let all: FilePath.Component = "spool-renderer"
    /// Takes those from JPEG to JPEG that need nothing else, and is faster with them.
    static let jpeg: FilePath.Component = "spool-renderer-jpeg"

    /// Where it may lie, seen from the folder of the worker's own program: beside it, or where packages put programs that
    /// only other programs start.
    private static let places: [FilePath] = [".", "../libexec/spool-worker"]

    /// Opens a program of this installation.
    static func open(_ name: FilePath.Component) throws(RendererStartError) -> RendererProgram {
        guard let own = ProcessSetup.program else {
            throw RendererStartError(description: "the worker's own program cannot be found by /proc/self/exe")
        }
        let candidates = places.map {
            own.removingLastComponent().pushing($0).lexicallyNormalized().appending(name)
        }
        for candidate in candidates {
            do throws(SystemFailure) {
                return RendererProgram(name: name.string, file: try OpenFile.program(at: candidate))
            } catch  where error.errno == .noSuchFileOrDirectory {
                continue
            } catch {
                throw RendererStartError(description: "\(name) cannot be started: \(error)")
            }
        }
        let places = candidates.map(\.printable).joined(separator: " nor ")
        throw RendererStartError(description: "there is no \(places): install \(name), which comes with spool-worker")
    }
}
