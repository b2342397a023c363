import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `The command submit, again` {
    private let fixture: SpoolFixture

    init() async throws {
        fixture = try await SpoolFixture()
        for copy in ["a", "b"] {
            try FileManager.default.copyItem(
                atPath: fixture.path.appending("input/photo.jpg").string,
                toPath: fixture.path.appending("input/\(copy).jpg").string)
        }
    }

    private func submit(_ arguments: String...) async throws -> (jobs: Int, errors: String) {
        let images = ["a", "b"].map { fixture.path.appending("input/\($0).jpg").string }
        let submitted = try await WorkerProcess.run(
            ["submit", "--spool", fixture.path.string] + images + ["--width", "8", "--width", "9"] + arguments,
            in: fixture.scratch)
        #expect(submitted.status == 0, "\(submitted.errors)")
        return (submitted.output.split(separator: "\n").count, submitted.errors)
    }

    private func setModified(_ file: String, _ seconds: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: seconds)],
            ofItemAtPath: fixture.path.pushing(FilePath(file)).string)
    }

    @Test func `skips images whose renditions are all there and not older`() async throws {
        for image in ["a", "b"] { try setModified("input/\(image).jpg", 1_000_000) }
        for (file, seconds) in [("a-8", 1_000_000.0), ("a-9", 2_000_000), ("b-8", 2_000_000), ("b-9", 999_999)] {
            try fixture.scratch.write("", to: "spool/output/\(file).jpg")
            try setModified("output/\(file).jpg", seconds)
        }
        #expect(try await submit().jobs == 2)
        let skipping = try await submit("--skip-existing")
        #expect(skipping.jobs == 1)
        #expect(skipping.errors.contains("1 of 2 images have all their renditions already"), "\(skipping.errors)")
        #expect(skipping.errors.contains("2 files are there already and will be replaced, such as b-8.jpg"))
        let once = try await fixture.once()
        #expect(once.status == 0, "\(once.errors)")
        #expect(try await submit("--skip-existing", "--wait").jobs == 0)
        // A folder in a rendition's place is none.
        try FileManager.default.removeItem(atPath: fixture.path.appending("output/a-8.jpg").string)
        try fixture.scratch.write("", to: "spool/output/a-8.jpg/x")
        #expect(try await submit("--skip-existing").jobs == 1)
    }

    @Test func `leaves out what the spool has already, in whatever state`() async throws {
        let first = try await submit("--batch", "holiday")
        #expect(first.jobs == 2)
        #expect(first.errors.contains("2 jobs dropped, 0 were in the spool already\n"), "\(first.errors)")
        let names = try fixture.scratch.list("spool/incoming")
        #expect(names.count == 2 && names.allSatisfy { $0.hasPrefix("holiday-") })
        try FileManager.default.createDirectory(
            atPath: fixture.path.pushing(FilePath("processing/w")).string, withIntermediateDirectories: false)
        for state in ["hold", "processing/w", "retry", "failed", "done"] {
            for folder in ["incoming", "hold", "processing/w", "retry", "failed"] where folder != state {
                for name in try fixture.scratch.list("spool/\(folder)") where name.hasPrefix("holiday") {
                    try FileManager.default.moveItem(
                        atPath: fixture.path.pushing(FilePath("\(folder)/\(name)")).string,
                        toPath: fixture.path.pushing(FilePath("\(state)/\(name)")).string)
                }
            }
            let again = try await submit("--batch", "holiday")
            // All names, as the first time.
            #expect(again.jobs == 2)
            #expect(again.errors.contains("0 jobs dropped, 2 were in the spool already (2 "), "\(again.errors)")
            #expect(again.errors.contains("spool-worker retry") == (state == "failed"))
            #expect(try fixture.scratch.list("spool/incoming").isEmpty)
        }
        // Another batch, other renditions and another image are other jobs.
        #expect(try await submit("--batch", "other").errors.contains("2 jobs dropped"))
        #expect(try await submit("--batch", "holiday", "--format", "webp").errors.contains("2 jobs dropped"))
        try setModified("input/a.jpg", 1_000_000)
        #expect(try await submit("--batch", "holiday").errors.contains("1 jobs dropped, 1 were"))
        let once = try await fixture.once()
        #expect(once.errors.contains("stopped"), "\(once.errors)")
    }

    /// The images lie elsewhere, so that each is copied, too.
    @Test func `finishes a batch that was killed, and drops no job twice`() async throws {
        let images = try (0..<40).map { number in
            let image = fixture.scratch.path.appending("elsewhere-\(number).jpg")
            try FileManager.default.copyItem(
                atPath: fixture.path.appending("input/photo.jpg").string, toPath: image.string)
            return image.string
        }
        let arguments =
            ["submit", "--spool", fixture.path.string, "--batch", "b", "--width", "8", "--format", "webp"] + images
        let worker = try await fixture.start()
        // Killed for certain, at some rename; later calls may be done before they are.
        let cut = try await WorkerProcess.run(
            command: [
                "/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e",
                "inject=renameat2:signal=SIGKILL:when=9", WorkerProcess.executable.string,
            ] + arguments, in: fixture.scratch)
        #expect(cut.status != 0 && cut.output.split(separator: "\n").count < images.count, "\(cut.output)")
        var runs = 0
        var status: Int32
        repeat {
            let submit = try WorkerProcess(arguments, in: fixture.scratch)
            runs += 1
            // Some jobs further each time.
            try await eventually("some jobs are dropped") {
                !submit.isRunning || submit.standardOutput.split(separator: "\n").count >= runs * 8
            }
            submit.signal(SIGKILL)
            status = try await submit.status()
        } while status != 0 && runs < 20
        let last = try await WorkerProcess.run(arguments + ["--wait"], in: fixture.scratch)
        #expect(last.status == 0, "\(last.errors)")
        let names = Set(last.output.split(separator: "\n").map(String.init))
        #expect(names.count == images.count)
        // Each once, under its own name.
        let states = try fixture.states()
        #expect(Set(states.keys) == names && states.values.allSatisfy { $0 == "done" })
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }

    @Test(arguments: ["", ".x", "a/b", String(repeating: "x", count: 65)])
    func `refuses a name that no job can begin with`(name: String) async throws {
        let refused = try await WorkerProcess.run(
            ["submit", "--spool", fixture.path.string, fixture.path.appending("input/a.jpg").string, "--batch", name],
            in: fixture.scratch)
        #expect(refused.status == 64 && refused.errors.contains("--batch takes a name"), "\(refused.errors)")
    }
}
