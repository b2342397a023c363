import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `The command submit, with a tree of images` {
    private static let folders = 30
    private static let count = 300

    /// 300 small pictures in 30 folders of two levels, with spaces in all names and a line break in one.
    private func makeTree(
        in fixture: SpoolFixture, below folder: String
    ) async throws -> (root: FilePath, images: [String]) {
        let root = fixture.scratch.path.pushing(FilePath(folder)).appending("my photos")
        let first = root.appending("first.png")
        let files = FileManager.default
        try files.createDirectory(atPath: root.string, withIntermediateDirectories: true)
        let drawn = try await WorkerProcess.run(
            command: [
                WorkerProcess.programs.appending("spool-sample").string, "hills", first.string, "--width", "16",
                "--height", "12",
            ], in: fixture.scratch)
        try #require(drawn.status == 0, "\(drawn.errors)")
        var images = ["first.png"]
        for number in 1..<Self.count {
            let folder = "year \(number % 3)/day \(number % Self.folders)"
            let image = "\(folder)/\(number == 7 ? "line\nbreak" : "photo \(number / Self.folders)").png"
            try files.createDirectory(
                atPath: root.pushing(FilePath(folder)).string, withIntermediateDirectories: true)
            try files.linkItem(atPath: first.string, toPath: root.pushing(FilePath(image)).string)
            images.append(image)
        }
        return (root, images)
    }

    private func rendition(_ image: String) -> String { image.replacing(".png", with: "-8.webp") }

    private func outputs(of fixture: SpoolFixture) throws -> Set<String> {
        let output = fixture.path.appending("output").string
        return try Set(
            FileManager.default.subpathsOfDirectory(atPath: output).filter { $0.hasSuffix(".webp") })
    }

    @Test func `keeps the folders of images from a list on standard input`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        let (root, images) = try await makeTree(in: fixture, below: "elsewhere")
        let submit =
            #"cd "$1" && find . -name '*.png' -print0 | "$0" submit --files-from - -0 --base . --spool "$2" "$@""#
            .replacing("\"$@\"", with: "--width 8 --format webp --output '{dir}/{name}-{width}.{format}'")
        let submitted = try await WorkerProcess.run(
            command: ["/bin/sh", "-c", submit, WorkerProcess.executable.string, root.string, fixture.path.string],
            in: fixture.scratch)
        #expect(submitted.status == 0, "\(submitted.errors)")
        #expect(submitted.output.split(separator: "\n").count == Self.count)
        let once = try await fixture.once()
        #expect(once.status == 0, "\(once.errors)")
        #expect(try outputs(of: fixture) == Set(images.map(rendition)))
        try fixture.expectConsistent()
    }

    @Test func `keeps the folders of images in its arguments`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        let (root, images) = try await makeTree(in: fixture, below: "spool/input")
        let submitted = try await WorkerProcess.run(
            ["submit"] + images.map { root.pushing(FilePath($0)).string } + [
                "--base", root.string, "--width", "8", "--format", "webp", "--spool", fixture.path.string,
            ], in: fixture.scratch)
        #expect(submitted.status == 0, "\(submitted.errors)")
        var paths: Set<String> = []
        for name in try fixture.scratch.list("spool/incoming") {
            let job = try Job(json: JSONValue(parsing: fixture.scratch.read("spool/incoming/\(name)").utf8))
            paths.formUnion(job.renditions.map(\.path))
        }
        #expect(paths == Set(images.map(rendition)))
    }

    @Test func `drops nothing if one image is not below the base folder`() async throws {
        let fixture = try await SpoolFixture()
        let inside = fixture.path.appending("input/photo.jpg").string
        let outside = try fixture.scratch.write("x", to: "elsewhere/other.jpg").string
        func submit(_ arguments: String...) async throws -> (status: Int32, output: String, errors: String) {
            try await WorkerProcess.run(
                ["submit", "--spool", fixture.path.string, "--width", "8"] + arguments, in: fixture.scratch)
        }
        let refused = try await submit(inside, outside, "--base", fixture.path.string)
        #expect(refused.status == 64 && refused.errors.contains("other.jpg is not below"), "\(refused.errors)")
        let baseless = try await submit(inside, "--output", "{dir}/{name}.jpg")
        #expect(baseless.status == 64 && baseless.errors.contains("needs --base"), "\(baseless.errors)")
        #expect(try await submit(inside, "--null").status == 64)
        #expect(try await submit().status == 64)
        let listless = try await submit("--files-from", "/dev/null")
        #expect(listless.status == 0 && listless.errors.contains("names no image"), "\(listless.errors)")
        #expect(try fixture.scratch.list("spool/incoming").isEmpty)
    }
}
