import FoundationEssentials
import SpoolCore
import SystemPackage
import Testing

@testable import SpoolWorker

/// Documents and code say the same.
@Suite struct `The documentation` {
    private static let project = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent()

    private func text(_ file: String) throws -> String {
        try String(contentsOfFile: Self.project.pushing(FilePath(file)).string, encoding: .utf8)
    }

    /// The code in the first column of each row of the tables.
    private func firstColumn(_ file: String) throws -> [String] {
        try text(file).split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { row in
            row.split(separator: "`").dropFirst().first.map(String.init)
        }
    }

    /// The indented or fenced blocks of a language.
    private func blocks(_ language: String, in file: String) throws -> [String] {
        var blocks: [String] = []
        var current: String?
        for line in try text(file).split(separator: "\n", omittingEmptySubsequences: false) {
            if let block = current {
                current = line == "```" ? nil : block + line + "\n"
                if line == "```" { blocks.append(block) }
            } else if line == "```\(language)" {
                current = ""
            }
        }
        return blocks
    }

    @Test(arguments: ["README.md", "docs/job-format.md"])
    func `has examples that are jobs`(file: String) throws {
        let examples = try blocks("json", in: file)
        #expect(!examples.isEmpty)
        for example in examples { _ = try Job(json: JSONValue(parsing: example.utf8)) }
    }

    @Test func `lists all error codes with whether they are retryable, and no others`() throws {
        let rows = try text("docs/result-document.md").split(separator: "\n").compactMap { row -> (String, String)? in
            let cells = row.split(separator: "|").map { String($0.trimming(while: { $0 == " " || $0 == "`" })) }
            return cells.count == 3 && ["yes", "no"].contains(cells[1]) ? (cells[0], cells[1]) : nil
        }
        #expect(rows.map(\.0) == ErrorCode.allCases.map(\.rawValue))
        #expect(rows.map(\.1) == ErrorCode.allCases.map { $0.isRetryable ? "yes" : "no" })
    }

    @Test func `and the list of all error codes name each of them`() throws {
        let source = try text("Sources/SpoolCore/Result/JobError.swift")
        let declared = source.split(separator: "ErrorCode(rawValue: \"").dropFirst().compactMap {
            $0.split(separator: "\"").first
        }
        #expect(ErrorCode.allCases.map(\.rawValue) == declared.map(String.init))
    }

    @Test func `lists all findings with their severities, and no others`() throws {
        let rows = try text("docs/check.md").split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            row.split(separator: "|").prefix(2).map { String($0.trimming(while: { $0 == " " || $0 == "`" })) }
        }
        #expect(rows == FindingCode.allCases.map { [$0.rawValue, $0.severity.rawValue] })
    }

    @Test func `lists all settings and no others`() throws {
        #expect(try firstColumn("docs/configuration.md") == SettingKey.allCases.map(\.rawValue))
    }

    @Test func `has an example of a configuration that works`() async throws {
        let example = try #require(try blocks("yaml", in: "docs/configuration.md").first)
        let file = FilePath("\(FileManager.default.temporaryDirectory.path)/\(UUID().uuidString).yaml")
        try Data(example.utf8).write(to: URL(filePath: file.string))
        defer { try? FileManager.default.removeItem(atPath: file.string) }
        let settings = try await Settings.load(flags: [:], environment: [:], file: file, workingFolder: "/")
        #expect(try WorkerConfiguration(settings, cores: 1).renderers == 4)
    }

    @Test func `lists all exit statuses and no others`() throws {
        let rows = try text("README.md").split(separator: "\n").compactMap { row -> Int32? in
            row.hasPrefix("| ") ? row.split(separator: "|").first.flatMap { Int32($0.trimming { $0 == " " }) } : nil
        }
        #expect(rows == ExitStatus.allCases.map(\.rawValue))
    }

    @Test func `names the keys of a job and of a rendition`() throws {
        let documented = Set(try firstColumn("docs/job-format.md") + ["height"])
        let schema = try JSONValue(parsing: Job.schema.utf8)
        let job = schema["properties"]?.object?.members.map(\.key) ?? []
        let rendition = schema["$defs"]?["rendition"]?["properties"]?.object?.members.map(\.key) ?? []
        #expect(documented.isSuperset(of: job + rendition))
    }

    @Test func `has the version of the program`() throws {
        #expect(try text("CHANGELOG.md").contains("## \(SpoolWorker.version) "))
    }
}

extension StringProtocol {
    fileprivate func trimming(while isTrimmed: (Character) -> Bool) -> SubSequence {
        var text = self[...]
        while let first = text.first, isTrimmed(first) { text.removeFirst() }
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
