import Foundation
import SystemPackage
import TestSupport
import Testing

/// A thinned crash sweep: the worker is killed, or a system call fails, at every so manyth call of a job's life. The whole
/// of it is `make torture`.
@Suite struct `A job survives` {
    private static let turnstile = Turnstile(1)

    @Test(arguments: [
        ("two renditions", "killed", "5"), ("a job that is none", "killed", "3"),
        ("a source that comes late", "killed", "6"), ("taken over from the work", "killed", "7"),
        ("two renditions", "ENOSPC", "6"), ("two renditions", "EIO", "12"),
    ])
    func `whatever happens at any moment of its life`(life: String, harm: String, every: String) async throws {
        let place = await Self.turnstile.enter()
        let scratch = try ScratchFolder()
        let run = FilePath(#filePath).removingLastComponent().pushing("../../Torture/run").lexicallyNormalized()
        let torture = try WorkerProcess(
            command: [
                "/usr/bin/python3", "-B", run.string, "--worker", WorkerProcess.executable.string, "--only", "sweep",
                "--seed", "1", "--life", life, "--harm", harm, "--every", every, "--scratch", scratch.path.string,
            ], in: scratch)
        #expect(
            try await torture.status(within: .seconds(1200)) == 0, "\(torture.standardOutput)\(torture.standardError)")
        withExtendedLifetime(place) {}
    }
}
