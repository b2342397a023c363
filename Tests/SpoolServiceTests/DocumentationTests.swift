import ArgumentParser
import FoundationEssentials
import SpoolCore
import SpoolWire
import SystemPackage
import Testing

@testable import SpoolService
@testable import SpoolWatch

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

    /// The text below a heading, up to the next.
    private func section(_ heading: String, in file: String) throws -> String {
        let lines = try text(file).split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix("#") && $0.hasSuffix("# \(heading)") })
        // A comment in a block begins with the same sign.
        let end = lines[(start + 1)...].firstIndex { $0.hasPrefix("## ") } ?? lines.endIndex
        return lines[(start + 1)..<end].joined(separator: "\n")
    }

    /// The cells of the rows of a section's tables that begin with code.
    private func rows(_ heading: String, in file: String) throws -> [[String]] {
        try section(heading, in: file).split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            row.split(separator: "|").map { String($0.trimming { $0 == " " }) }
        }
    }

    /// The code in the first cells of a section's tables.
    private func names(_ heading: String, in file: String) throws -> [String] {
        try rows(heading, in: file).flatMap { quoted($0[0]) }
    }

    /// What stands between backticks.
    private func quoted(_ text: some StringProtocol) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset.isMultiple(of: 2) ? nil : String($0.element) }
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
        let source = try text("Sources/SpoolJob/Result/JobError.swift")
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

    @Test(arguments: [
        ("The job", KeyTable.job), ("The job", KeyTable.srcset), ("The input", KeyTable.input),
        ("A rendition", KeyTable.rendition),
        ("A rendition", KeyTable.modulate), ("A rendition", KeyTable.sharpen),
        ("A rendition", KeyTable.overlay), ("A rendition", KeyTable.trim), ("A rendition", KeyTable.extend),
        ("Options of the formats", KeyTable.jpeg), ("Options of the formats", KeyTable.png),
        ("Options of the formats", KeyTable.webp), ("Options of the formats", KeyTable.gif),
        ("Options of the formats", KeyTable.tiff), ("Options of the formats", KeyTable.avif),
        ("Options of the formats", KeyTable.jxl), ("Options of the formats", KeyTable.jp2),
    ])
    func `has the table of keys that the decoder has`(heading: String, table: String) throws {
        #expect(try section(heading, in: "docs/job-format.md").contains("\n\(table)"), "\(heading) needs:\n\(table)")
    }

    @Test func `lists the values of fit, position and failOn, and no others`() throws {
        let schema = try JSONValue(parsing: Job.schema.utf8)
        let rendition = try section("A rendition", in: "docs/job-format.md")
        let fits = try names("A rendition", in: "docs/job-format.md").filter { Fit(rawValue: $0) != nil }
        #expect(fits == Fit.allCases.map(\.rawValue))
        let positions = try #require(rendition.split(separator: "Positions: ").last?.split(separator: "\n\n").first)
        let known = schema["$defs"]?["rendition"]?["properties"]?["position"]?["oneOf"]?[0]?["enum"]?.array?
            .compactMap(\.string)
        #expect(Set(quoted(positions)).subtracting(["cover"]) == Set(known ?? []))
        let failOn = try #require(try rows("The input", in: "docs/job-format.md").first { $0[0] == "`failOn`" })
        #expect(quoted(failOn[1]) == FailOn.allCases.map { "\"\($0.rawValue)\"" })
    }

    @Test func `lists the keys of a result and of a record, and no others`() throws {
        let worker = ResultDocument.Worker(id: "w", host: "h", pid: 1, version: "1")
        var image = ResultDocument.RenditionImage(
            path: "a", format: "png", width: 1, height: 1, bytes: 1, sha256: "", milliseconds: 1)
        (image.quality, image.losses, image.placeholder, image.dominantColour) = (1, Loss.allCases, "", "")
        func document(_ state: ResultDocument.State) -> ResultDocument {
            ResultDocument(
                job: "a.json", id: "1", state: state, worker: worker, owner: 1, submittedAt: Date(), claimedAt: Date(),
                attempts: [
                    ResultDocument.Attempt(
                        number: 1, startedAt: Date(), milliseconds: 1, error: JobError(.workerDied, ""),
                        source: ResultDocument.SourceState(bytes: 1, changedAt: Date()))
                ], attemptsForgiven: 1, metadata: 1)
        }
        let success = ResultDocument.Success(
            input: ResultDocument.InputImage(
                path: "a", format: "png", width: 1, height: 1, pages: 1, bytes: 1, sha256: ""),
            renditions: [image], timings: ResultDocument.Timings(queued: 1, waited: 1, rendered: 1, committed: 1),
            usage: ResultDocument.Usage(peakMemory: 1, processor: 1))
        let states: [ResultDocument.State] = [
            .done(success, at: Date()), .retry(at: Date(), because: JobError(.workerDied, "")),
            .processing(ResultDocument.Progress(renditions: 1, total: 1, percent: 1)),
        ]
        let members = states.flatMap { document($0).json.object?.members ?? [] }
        let documented = try names("The result document", in: "docs/result-document.md")
        #expect(Set(documented) == Set(members.map(\.key) + ["inode"]))
        for loss in Loss.allCases {
            #expect(try section("The result document", in: "docs/result-document.md").contains("`\(loss.rawValue)`"))
        }
        // The keys below those are in the text of their row.
        let text = try section("The result document", in: "docs/result-document.md")
        for member in members {
            for key in member.value.keys { #expect(text.contains("`\(key)`"), "\(member.key).\(key)") }
        }
    }

    /// Whoever copies a default from the page gets what the worker has without it.
    @Test func `tells the defaults of the settings`() async throws {
        var environment: [String: String] = [:]
        var others: [String: String] = [:]
        for row in try rows("Configuration", in: "docs/configuration.md") {
            let key = try #require(SettingKey(rawValue: row[0].trimming { $0 == "`" }.description))
            if quoted(row[1]) == [row[1].trimming { $0 == "`" }.description] {
                environment[key.environmentName] = quoted(row[1])[0]
            } else {
                others[key.rawValue] = row[1]
            }
        }
        let load = { (environment: [String: String]) in
            try WorkerConfiguration(
                try await Settings.load(flags: [:], environment: environment, file: nil, workingFolder: "/w"), cores: 3,
                hostMemory: 4 << 30)
        }
        let defaults = try await load([:])
        #expect(try await load(environment) == defaults)
        let scans = [SpoolWatcher.slowScan, SpoolWatcher.fastScan].map { "`\(Int($0 / .seconds(1)))s`" }
        #expect(others.removeValue(forKey: "scan-interval") == "\(scans[0]) with events, \(scans[1]) without")
        #expect(others.removeValue(forKey: "renderers") == "the number of cores")
        #expect(others.removeValue(forKey: "input-roots") == "the spool's `input/`")
        #expect(others.removeValue(forKey: "output-roots") == "the spool's `output/`")
        #expect(others.removeValue(forKey: "limits.total-memory") == "three quarters of the memory")
        #expect(
            others.allSatisfy {
                ($0.key.hasPrefix("retention.")
                    || ["metrics.file", "output-mode", "output-group", "owners"].contains($0.key))
                    && $0.value == "none"
            },
            "\(others)")
        #expect(defaults.totalMemory == 3 << 30)
        #expect(defaults.renderers == 3 && defaults.inputRoots.isEmpty && defaults.outputRoots.isEmpty)
        let unlimited = Retention(age: nil, count: nil, bytes: nil)
        #expect(defaults.retention == [.done: unlimited, .failed: unlimited])
    }

    @Test func `lists all metrics, and alerts and dashboard use no others`() throws {
        #expect(Set(try firstColumn("docs/metrics.md")) == Set(WorkerMetrics.help.keys))
        for file in ["deploy/prometheus-alerts.yaml", "deploy/grafana-dashboard.json"] {
            let words = try text(file).split { !$0.isLetter && $0 != "_" }.map(String.init)
            let used = Set(words.filter { $0.hasPrefix("spool_") }.map { $0.replacing("_bucket", with: "") })
            #expect(used.isSubset(of: WorkerMetrics.help.keys), "\(file): \(used.subtracting(WorkerMetrics.help.keys))")
        }
    }

    @Test func `lists the settings that need a restart, and no others`() throws {
        let text = try text("docs/configuration.md")
        let sentence = try #require(text.split(separator: "need a restart: ").last?.split(separator: ".\n").first)
        #expect(quoted(sentence) == WorkerConfiguration.parts.filter { !$0.isLive }.map(\.key.rawValue))
    }

    @Test func `lists the settings that are flags of run, and no others`() throws {
        let text = try text("docs/configuration.md")
        let sentence = try #require(text.split(separator: "`run` has flags for ").last?.split(separator: ".\n").first)
        let documented = Set(quoted(sentence).filter { !$0.hasPrefix("--") })
        let flags = SettingKey.allCases.filter { key in
            (try? RunCommand.parse(["--\(key.rawValue.replacing(".", with: "-"))", "1"])) != nil
        }
        #expect(documented == Set(flags.map(\.rawValue)))
    }

    @Test func `lists all commands and no others`() throws {
        let listed = try rows("Commands", in: "README.md").compactMap { row in
            row[0].hasPrefix("`spool-worker ") ? row[0].split(separator: " ")[1].trimming { $0 == "`" } : nil
        }
        let commands = RootCommand.configuration.subcommands.filter { $0.configuration.shouldDisplay }
        #expect(Set(listed.map(String.init)) == Set(commands.compactMap { $0.configuration.commandName }))
    }

    @Test(arguments: ["README.md", "docs/check.md"])
    func `has examples of commands that can be parsed`(file: String) throws {
        let commands = try blocks("sh", in: file).flatMap { $0.split(separator: "\n") }
            .filter { $0.hasPrefix("spool-worker ") }
        #expect(!commands.isEmpty)
        for command in commands {
            let words = (command.split(separator: " #").first ?? "").split(separator: " ").dropFirst().map(String.init)
            #expect(throws: Never.self, "\(command)") { _ = try RootCommand.parseAsRoot(words) }
        }
    }

    @Test func `has the version of the program`() throws {
        #expect(try text("CHANGELOG.md").contains("## \(Release.version) "))
    }
}

extension JSONValue {
    /// The keys of an object, or of the first object of an array.
    fileprivate var keys: [String] { (object ?? array?.first?.object)?.members.map(\.key) ?? [] }
}

extension StringProtocol {
    fileprivate func trimming(while isTrimmed: (Character) -> Bool) -> SubSequence {
        var text = self[...]
        while let first = text.first, isTrimmed(first) { text.removeFirst() }
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
