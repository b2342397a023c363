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
        #expect(skipping.errors.contains("of 2 images, 1 have all their renditions already"), "\(skipping.errors)")
        #expect(skipping.errors.contains("2 files are there already and will be replaced, such as b-8.jpg"))
        let once = try await fixture.once()
        #expect(once.status == 0, "\(once.errors)")
        #expect(try await submit("--skip-existing", "--wait").jobs == 0)
        // A folder in a rendition's place is none.
        try FileManager.default.removeItem(atPath: fixture.path.appending("output/a-8.jpg").string)
        try fixture.scratch.write("", to: "spool/output/a-8.jpg/x")
        #expect(try await submit("--skip-existing").jobs == 1)
    }
}
