import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

/// The code of docs/producers.md, as it stands there, drops jobs.
@Suite struct `The page for producers` {
    private static let page = Result { try MarkdownPage("docs/producers.md") }

    @Test func `has a recipe that works for the shell`() async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        try FileManager.default.copyItem(
            atPath: fixture.path.appending("input/photo.jpg").string,
            toPath: fixture.path.appending("input/cat.jpg").string)
        let lines = try Self.shell(below: "Shell").split(separator: "\n")
        for (number, line) in lines.enumerated() {
            try fixture.scratch.write(SpoolFixture.simple, to: "job.json")
            try fixture.scratch.write(SpoolFixture.simple, to: "spool/tmp/job.json")
            let drop = try await Self.run(["/bin/sh", "-eu", "-c", String(line)], in: fixture)
            #expect(drop.status == 0, "\(line): \(drop.errors)")
            try await eventually("the job is done: \(line)") {
                try fixture.scratch.list("spool/done").filter { $0.hasSuffix(".result.json") }.count == number + 1
            }
        }
        #expect(lines.count == 5)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        #expect(try fixture.states().values.allSatisfy { $0 == "done" })
    }

    @Test(.enabled(if: ProducerLanguage.python.isInstalled, "python3 is not installed"))
    func `has a recipe that works for Python`() async throws { try await Self.expectDrop(.python) }

    @Test(.enabled(if: ProducerLanguage.node.isInstalled, "node is not installed"))
    func `has a recipe that works for Node`() async throws { try await Self.expectDrop(.node) }

    @Test(.enabled(if: ProducerLanguage.perl.isInstalled, "perl is not installed"))
    func `has a recipe that works for Perl`() async throws { try await Self.expectDrop(.perl) }

    @Test(.enabled(if: ProducerLanguage.php.isInstalled, "php is not installed"))
    func `has a recipe that works for PHP`() async throws { try await Self.expectDrop(.php) }

    @Test(.enabled(if: ProducerLanguage.java.isInstalled, "a JDK is not installed"))
    func `has a recipe that works for Java`() async throws { try await Self.expectDrop(.java) }

    @Test(.enabled(if: ProducerLanguage.go.isInstalled, "go is not installed"))
    func `has a recipe that works for Go`() async throws { try await Self.expectDrop(.go) }

    @Test func `has one recipe for each language that is tried, and no others`() throws {
        let blocks = try Self.page.get().blocks.filter {
            !["With `submit`", "Images of a job's own"].contains($0.heading)
        }
        #expect(blocks.map(\.language) == ProducerLanguage.allCases.map(\.rawValue))
    }

    private static func shell(below heading: String) throws -> String {
        try #require(page.get().blocks.first { $0.heading == heading && $0.language == "sh" }).text
    }

    @Test func `keeps a tree of folders with submit`() async throws {
        let fixture = try await SpoolFixture()
        let photo = fixture.path.appending("input/photo.jpg").string
        for place in ["cat.jpg", "pets/dog.jpg"] {
            let copy = fixture.scratch.path.appending("photos").pushing(FilePath(place))
            try FileManager.default.createDirectory(
                atPath: copy.removingLastComponent().string, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: photo, toPath: copy.string)
        }
        let programs = WorkerProcess.programs.string
        let script = "PATH=\(programs):$PATH; export PATH\n" + (try Self.shell(below: "With `submit`"))
        let submitted = try await Self.run(["/bin/sh", "-eu", "-c", script], in: fixture)
        #expect(submitted.status == 0, "\(submitted.errors)")
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.scratch.list("spool/output") == ["cat-320.jpg", "cat-320.webp", "pets"])
        #expect(try fixture.scratch.list("spool/output/pets") == ["dog-320.jpg"])
        // Copies go with their jobs.
        #expect(try fixture.scratch.list("spool/input/.jobs").isEmpty)
    }

    @Test func `gives a job an image of its own, which goes with it`() async throws {
        let fixture = try await SpoolFixture()
        try FileManager.default.copyItem(
            atPath: fixture.path.appending("input/photo.jpg").string,
            toPath: fixture.scratch.path.appending("cat.jpg").string)
        let dropped = try await Self.run(
            ["/bin/sh", "-eu", "-c", try Self.shell(below: "Images of a job's own")], in: fixture)
        #expect(dropped.status == 0, "\(dropped.errors)")
        #expect(try await fixture.once().status == 0)
        #expect(fixture.scratch.exists("spool/output/cat.webp"))
        #expect(try fixture.scratch.list("spool/input/.jobs").isEmpty)
    }

    private static func code(_ language: ProducerLanguage) throws -> [MarkdownPage.Block] {
        try page.get().blocks.filter { $0.language == language.rawValue }
    }

    private static func run(
        _ command: [String], in fixture: SpoolFixture
    ) async throws -> (status: Int32, output: String, errors: String) {
        try await WorkerProcess.run(
            command: ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, fixture.scratch.path.string] + command,
            environment: [
                "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": fixture.scratch.path.string, "GO111MODULE": "off",
            ], in: fixture.scratch)
    }

    /// Runs a program that has the page's code, and expects its job done.
    private static func expectDrop(_ language: ProducerLanguage) async throws {
        let fixture = try await SpoolFixture()
        let worker = try await fixture.start()
        let code = try #require(try code(language).first).text
        let program = try fixture.scratch.write(language.program(with: code), to: language.file)
        let drop = try await run(language.command + [program.string], in: fixture)
        #expect(drop.status == 0, "\(drop.output)\(drop.errors)")
        #expect(try await fixture.ended("picture.json").status == .done)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        #expect(try fixture.states() == ["picture.json": "done"])
        try fixture.expectConsistent()
    }
}

/// By the names that the fences of the page have, in the page's order.
private enum ProducerLanguage: String, CaseIterable {
    case shell = "sh"
    case python, node = "js", perl, php, java, go

    /// Everything but the arguments.
    var command: [String] {
        switch self {
        case .shell: ["sh"]
        // Not the first python3 of the path, which may be a user's own.
        case .python: ["/usr/bin/python3", "-B"]
        case .node: ["node"]
        case .perl: ["perl"]
        case .php: ["php"]
        case .java: ["java"]
        case .go: ["go", "run"]
        }
    }

    var isInstalled: Bool {
        // Java can run a source only with a compiler.
        let programs = self == .java ? ["java", "javac"] : [command[0]]
        return programs.allSatisfy { program in
            ["", "/usr/local/bin/", "/usr/bin/", "/bin/"].contains {
                FileManager.default.isExecutableFile(atPath: $0 + program)
            }
        }
    }

    var file: String { self == .java ? "Program.java" : "program.\(rawValue)" }

    /// The page's code, with what calls it.
    func program(with code: String) -> String {
        let job = SpoolFixture.simple
        return switch self {
        case .shell: code
        case .python: "\(code)\ndrop(pathlib.Path('spool'), 'picture', json.loads('\(job)'))\n"
        case .node: "\(code)\ndrop('spool', 'picture', JSON.parse('\(job)'));\n"
        case .perl: "use strict; use warnings;\n\(code)\ndrop('spool', 'picture', JSON::PP::decode_json('\(job)'));\n"
        case .php: "<?php\n\(code)\ndrop('spool', 'picture', json_decode('\(job)', true));\n"
        case .java:
            """
            import java.io.IOException;
            import java.nio.file.*;

            class Program {
            \(code)
                public static void main(String[] arguments) throws IOException {
                    drop(Path.of("spool"), "picture", "\(job.replacing("\"", with: "\\\""))");
                }
            }

            """
        case .go:
            """
            package main

            import (
                "os"
                "path/filepath"
            )

            \(code)
            func main() {
                if err := drop("spool", "picture", []byte(`\(job)`)); err != nil {
                    panic(err)
                }
            }

            """
        }
    }
}
