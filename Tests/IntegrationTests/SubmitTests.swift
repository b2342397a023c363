import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `The command submit` {
    @Test func `takes images from anywhere and waits for them`() async throws {
        let fixture = try await SpoolFixture()
        let outside = fixture.scratch.path.appending("holiday photo.jpg")
        try FileManager.default.copyItem(
            atPath: fixture.path.appending("input/photo.jpg").string, toPath: outside.string)
        let worker = try await fixture.start()
        let submitted = try await WorkerProcess.run(
            [
                "submit", outside.string, fixture.path.appending("input/photo.jpg").string, "--width", "30", "--width",
                "60", "--format", "webp", "--format", "png", "--quality", "50", "--wait", "--spool",
                fixture.path.string,
            ], in: fixture.scratch)
        #expect(submitted.status == 0, "\(submitted.errors)")
        let names = submitted.output.split(separator: "\n").map(String.init)
        #expect(names.count == 2)
        for name in names { #expect(try fixture.result(name)?.status == .done) }
        #expect(
            try fixture.scratch.list("spool/output") == [
                "holiday photo-30.png", "holiday photo-30.webp", "holiday photo-60.png", "holiday photo-60.webp",
                "photo-30.png", "photo-30.webp", "photo-60.png", "photo-60.webp",
            ])
        // The copy was the job's own; the image in the input root is the user's.
        #expect(try fixture.scratch.list("spool/input") == [".jobs", "photo.jpg"])
        #expect(try fixture.scratch.list("spool/input/.jobs").isEmpty)
        worker.signal(SIGTERM)
        _ = try await worker.status()
    }

    @Test func `tells when a job has failed, is late, or cannot be`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.scratch.write("no picture", to: "spool/input/text.jpg")
        func submit(_ arguments: String...) async throws -> (status: Int32, output: String, errors: String) {
            try await WorkerProcess.run(["submit", "--spool", fixture.path.string] + arguments, in: fixture.scratch)
        }
        let text = fixture.path.appending("input/text.jpg").string
        let late = try await submit(text, "--width", "9", "--wait", "--wait-timeout", "50ms")
        #expect(late.status == 75)
        #expect(late.errors.contains("text-") && late.errors.contains(".json is not done yet"), "\(late.errors)")
        let worker = try await fixture.start()
        let failed = try await submit(text, "--width", "9", "--wait")
        #expect(failed.status == 1)
        #expect(failed.errors.contains("input_unsupported"))
        #expect(try await submit("/no/such.jpg").status == 64)
        try fixture.scratch.write("other", to: "elsewhere/text.jpg")
        let twins = try await submit(text, fixture.scratch.path.appending("elsewhere/text.jpg").string, "--width", "9")
        #expect(twins.status == 64)
        #expect(twins.errors.contains("would both become text-9.jpg"))
        #expect(try await submit(text, "--width", "0").status == 64)
        #expect(try await submit(text, "--fit", "crop").status == 64)
        #expect(try fixture.scratch.list("spool/incoming").isEmpty)
        worker.signal(SIGTERM)
        _ = try await worker.status()
    }

    @Test func `refuses images of one call that would become one file, and copies nothing`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        let images = try ["photo.jpg", "photo.png"].map { try fixture.scratch.write("x", to: "elsewhere/\($0)").string }
        let twins = try await WorkerProcess.run(
            ["submit", "--spool", fixture.path.string] + images + ["--width", "9", "--format", "webp"],
            in: fixture.scratch)
        #expect(twins.status == 64)
        for word in images + ["photo-9.webp", "--output"] { #expect(twins.errors.contains(word), "\(twins.errors)") }
        for folder in ["input/.jobs", "incoming", "tmp"] {
            #expect(try fixture.scratch.list("spool/\(folder)").isEmpty)
        }
    }

    @Test func `says that renditions will replace files that are there`() async throws {
        let fixture = try await SpoolFixture()
        func submit() async throws -> String {
            try await WorkerProcess.run(
                [
                    "submit", "--spool", fixture.path.string, fixture.path.appending("input/photo.jpg").string,
                    "--width", "9",
                ], in: fixture.scratch
            ).errors
        }
        #expect(try await submit().isEmpty)
        try fixture.scratch.write("", to: "spool/output/photo-9.jpg")
        #expect(try await submit() == "spool-worker: photo-9.jpg is there already and will be replaced\n")
    }

    /// Root may do everything, so for root `incoming` is another file system, into which no job can be renamed.
    @Test func `takes the copy of an image back when the job cannot be dropped`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        let image = try fixture.scratch.write("x", to: "elsewhere/photo.jpg")
        let incoming = fixture.path.appending("incoming").string
        let isRoot = getuid() == 0
        if !isRoot { try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: incoming) }
        let without =
            isRoot
            ? ["/usr/bin/unshare", "--mount", "sh", "-c", #"mount -t tmpfs none "$0" && exec "$@""#, incoming]
            : ["/usr/bin/env"]
        let submit = try WorkerProcess(
            command: without + [
                WorkerProcess.executable.string, "submit", "--spool", fixture.path.string, image.string, "--width", "9",
            ], in: fixture.scratch)
        #expect(try await submit.status() == 74, "\(submit.standardError)")
        for folder in ["input/.jobs", "tmp"] { #expect(try fixture.scratch.list("spool/\(folder)").isEmpty) }
    }

    @Test func `says that nobody serves the spool while it waits`() async throws {
        let fixture = try await SpoolFixture()
        let submit = try WorkerProcess(
            [
                "submit", "--wait", "--spool", fixture.path.string, fixture.path.appending("input/photo.jpg").string,
                "--width", "9",
            ], in: fixture.scratch)
        try await eventually("submit says so") { submit.standardError.contains("no worker serves") }
        #expect(submit.isRunning)
        let worker = try await fixture.start()
        #expect(try await submit.status() == 0, "\(submit.standardError)")
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
    }
}
