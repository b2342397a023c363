import FoundationEssentials
import Logging
import SpoolCore
import SpoolSystem
import SpoolWatch
import SpoolWire
import SystemPackage
import TestSupport
import Testing

@testable import SpoolService

@Suite struct `The configuration` {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    private func load(
        flags: [SettingKey: String] = [:], environment: [String: String] = [:], yaml: String? = nil
    ) async throws -> WorkerConfiguration {
        let file = try yaml.map { try scratch.write($0, to: "etc/worker.yaml") }
        return try WorkerConfiguration(
            try await Settings.load(flags: flags, environment: environment, file: file, workingFolder: "/srv/site"),
            cores: 7)
    }

    private func problem(
        flags: [SettingKey: String] = [:], environment: [String: String] = [:], yaml: String? = nil
    ) async -> String {
        do {
            _ = try await load(flags: flags, environment: environment, yaml: yaml)
            return "no problem"
        } catch {
            return "\(error)"
        }
    }

    @Test func `has defaults for everything`() async throws {
        let configuration = try await load()
        #expect(configuration.spool == "/srv/site/spool")
        #expect(configuration.renderers == 7)
        #expect(configuration.watch == .auto)
        #expect(configuration.scanInterval == nil)
        #expect(configuration.quietTime == .milliseconds(50))
        #expect(configuration.settleTime == .seconds(2))
        #expect(configuration.timeout == .seconds(60))
        #expect(configuration.retries.maxAttempts == 5)
        #expect(configuration.durability == .full)
        #expect(configuration.inputRoots.isEmpty)
        #expect(configuration.jobLimits == JobLimits(jobBytes: 1 << 20, metadataBytes: 256 << 10))
    }

    @Test func `has users and groups by name and by number`() async throws {
        let configuration = try await load(yaml: "owners: [daemon, 1000]\noutput-group: 7\n")
        #expect(configuration.jobLimits.owners == [1, 1000])
        #expect(configuration.outputAccess.group == UserGroup(id: 7))
        #expect(await problem(yaml: "owners: [nobody-here]").contains("there is no user \"nobody-here\""))
        #expect(await problem(yaml: "owners: []").contains("at least one user"))
        #expect(await problem(environment: ["SPOOL_WORKER_OUTPUT_GROUP": "nobody-here"]).contains("there is no group"))
    }

    @Test func `gives a job processor time for its threads, and for one more`() async throws {
        let configuration = try await load()
        #expect(configuration.budget(timeout: .seconds(10)).processorSeconds == 20)
        #expect(configuration.budget(timeout: .seconds(10), threads: 4).processorSeconds == 50)
    }

    @Test func `takes flags over environment over file`() async throws {
        let yaml = "renderers: 1\ntimeout: 1s\nwatch: poll\n"
        let environment = ["SPOOL_WORKER_RENDERERS": "2", "SPOOL_WORKER_TIMEOUT": "2s", "HOME": "/root"]
        let configuration = try await load(flags: [.renderers: "3"], environment: environment, yaml: yaml)
        #expect(configuration.renderers == 3)
        #expect(configuration.timeout == .seconds(2))
        #expect(configuration.watch == .poll)
    }

    /// A value of each setting that is not its default, and whether a configuration has it.
    private static let samples: [SettingKey: (text: String, isIn: @Sendable (WorkerConfiguration) -> Bool)] = [
        .spool: ("/srv/other", { $0.spool == "/srv/other" }),
        .renderers: ("3", { $0.renderers == 3 }),
        .watch: ("poll", { $0.watch == .poll }),
        .scanInterval: ("500ms", { $0.scanInterval == .milliseconds(500) }),
        .owners: ("0,daemon", { $0.jobLimits.owners == [0, 1] }),
        .quietTime: ("0", { $0.quietTime == .zero }),
        .settleTime: ("1.5", { $0.settleTime == .milliseconds(1500) && $0.retries.settleTime == .milliseconds(1500) }),
        .timeout: ("2m", { $0.timeout == .seconds(120) }),
        .shutdownTimeout: ("1h", { $0.shutdownTimeout == .seconds(3600) }),
        .maxAttempts: ("9", { $0.retries.maxAttempts == 9 }),
        .retryDelay: ("3s", { $0.retries.delay == .seconds(3) }),
        .retryMaximum: ("1d", { $0.retries.maximumDelay == .seconds(86_400) }),
        .leaseTimeout: ("7 s", { $0.leaseTimeout == .seconds(7) }),
        .minFreeBytes: ("1GB", { $0.minFreeBytes == 1_000_000_000 }),
        .minFreeInodes: ("5", { $0.minFreeInodes == 5 }),
        .durability: ("none", { $0.durability == .none }),
        .inputRoots: ("/srv/a,/srv/b", { $0.inputRoots == ["/srv/a", "/srv/b"] }),
        .outputRoots: ("/srv/c,/srv/d", { $0.outputRoots == ["/srv/c", "/srv/d"] }),
        .inputFormats: ("jpeg,svg", { $0.limits.inputFormats == [.jpeg, .svg] }),
        .outputMode: ("0640", { $0.outputAccess.mode == 0o640 }),
        .outputGroup: ("daemon", { $0.outputAccess.group == UserGroup(id: 1) }),
        .doneAge: ("1w", { $0.retention[.done] == Retention(age: 604_800, count: nil, bytes: nil) }),
        .doneCount: ("10", { $0.retention[.done] == Retention(age: nil, count: 10, bytes: nil) }),
        .doneBytes: ("10 MB", { $0.retention[.done] == Retention(age: nil, count: nil, bytes: 10_000_000) }),
        .failedAge: ("30d", { $0.retention[.failed] == Retention(age: 2_592_000, count: nil, bytes: nil) }),
        .failedCount: ("0", { $0.retention[.failed] == Retention(age: nil, count: 0, bytes: nil) }),
        .failedBytes: ("1MiB", { $0.retention[.failed] == Retention(age: nil, count: nil, bytes: 1 << 20) }),
        .jobBytes: ("10", { $0.jobLimits.jobBytes == 10 }),
        .metadataBytes: ("5KiB", { $0.jobLimits.metadataBytes == 5 << 10 }),
        .inputBytes: ("512KiB", { $0.inputBytes == 512 << 10 }),
        .inputPixels: ("30", { $0.limits.inputPixels == 30 }),
        .inputPages: ("31", { $0.limits.inputPages == 31 }),
        .inputScans: ("32", { $0.limits.inputScans == 32 }),
        .inputMetadataBytes: ("33KiB", { $0.limits.inputMetadataBytes == 33 << 10 }),
        .outputPixels: ("34", { $0.limits.outputPixels == 34 }),
        .avifPixels: ("35", { $0.limits.avifPixels == 35 }),
        .outputDimension: ("40", { $0.limits.outputDimension == 40 }),
        .memory: ("2GiB", { $0.memory == 2 << 30 && $0.budget(timeout: .seconds(1)).memory == 2 << 30 }),
        .totalMemory: ("3GiB", { $0.totalMemory == 3 << 30 }),
        .outputBytes: ("5MB", { $0.outputBytes == 5_000_000 }),
        .sandbox: ("best-effort", { $0.sandbox == .bestEffort }),
        .metricsFile: ("m/x.prom", { $0.metricsFile?.string.hasSuffix("/m/x.prom") == true }),
        .logLevel: ("debug", { $0.logLevel == .debug }),
    ]

    /// A new setting fails here until it has a sample.
    @Test(arguments: SettingKey.allCases) func `reads every setting from every source`(key: SettingKey) async throws {
        let (text, isIn) = try #require(Self.samples[key], "add a sample of \(key.rawValue)")
        #expect(!isIn(try await load()), "the sample is the default")
        #expect(isIn(try await load(environment: [key.environmentName: text])))
        if !key.isList { #expect(isIn(try await load(flags: [key: text]))) }
        let levels = key.rawValue.split(separator: ".")
        let lines = levels.enumerated().map { String(repeating: "  ", count: $0.offset) + $0.element + ":" }
        let yaml = lines.joined(separator: "\n") + (key.isList ? " [\(text)]" : " \(text)")
        #expect(isIn(try await load(yaml: yaml)), "\(yaml)")
    }

    @Test func `takes paths of a file as relative to it, others to the working folder`() async throws {
        let file = try await load(yaml: "spool: ../spool\ninput-roots: [photos, /srv/in]\noutput-roots: [../out]\n")
        #expect(file.spool == scratch.path.appending("spool"))
        #expect(file.inputRoots == [scratch.path.appending("etc/photos"), "/srv/in"])
        #expect(file.outputRoots == [scratch.path.appending("out")])
        #expect(
            try await load(environment: ["SPOOL_WORKER_INPUT_ROOTS": "a, /b"]).inputRoots == ["/srv/site/a", "/b"])
    }

    @Test(arguments: SettingKey.allCases.filter { !$0.isList && $0 != .spool })
    func `says what every setting takes`(key: SettingKey) async {
        let problem = await problem(environment: [key.environmentName: "-"])
        #expect(problem.hasPrefix(key.environmentName + ": takes"), "\(problem)")
    }

    @Test(arguments: [
        ("renderers: many", "renderers: takes a whole number from 1 to 256, not \"many\""),
        ("renderers: 0", "renderers: takes a whole number from 1 to 256, not \"0\""),
        ("renderers: [1]", "renderers: takes a single value"),
        ("timeout: soon", "timeout: takes a time"),
        ("watch: fanotify", "watch: takes one of auto, inotify, poll, not \"fanotify\""),
        ("input-roots: one", "input-roots: takes a list"),
        ("rendrers: 1", "line 1: \"rendrers\" is not a setting; did you mean renderers? All"),
        ("log:\n  levle: debug", "line 2: \"log.levle\" is not a setting; did you mean log.level? All"),
        ("renderers:\n  a: 1", "line 1: \"renderers\" takes a value"),
        ("limits: 3", "\"limits\" takes settings below it"),
        ("- a", "must be a mapping"),
        ("a: 1", "\"a\" is not a setting; all settings are in docs/configuration.md"),
        ("a: [", "is not YAML"),
    ])
    func `in a file that is wrong names file and key`(yaml: String, message: String) async {
        let problem = await problem(yaml: yaml)
        #expect(problem.contains("etc/worker.yaml"), "\(problem)")
        #expect(problem.contains(message), "\(problem)")
    }

    @Test func `names the flag or the variable that is wrong`() async {
        #expect(await problem(flags: [.renderers: "x"]).hasPrefix("--renderers: takes"))
        #expect(
            await problem(environment: ["SPOOL_WORKER_RENDRERS": "1"]).hasPrefix(
                "SPOOL_WORKER_RENDRERS: is not a setting; did you mean SPOOL_WORKER_RENDERERS?"))
    }

    @Test func `that names no file says so`() async {
        do {
            _ = try await Settings.load(flags: [:], environment: [:], file: "/no/such.yaml", workingFolder: "/")
            Issue.record("there is no such file")
        } catch {
            #expect("\(error)" == "/no/such.yaml: cannot be read: No such file or directory")
        }
    }

    @Test func `may be an empty file`() async throws {
        #expect(try await load(yaml: "").renderers == 7)
        #expect(try await load(yaml: "# nothing\n").renderers == 7)
    }

    @Test(arguments: [
        "/srv/site/spool", "/srv/site", "/srv/site/spool/incoming", "/srv/site/spool/done/x", "/srv/site/spool/.spool",
    ])
    func `refuses an output root that holds jobs`(root: String) async {
        let problem = await problem(environment: ["SPOOL_WORKER_OUTPUT_ROOTS": root])
        #expect(problem.contains("SPOOL_WORKER_OUTPUT_ROOTS"))
        #expect(problem.contains("overlaps"), "\(problem)")
    }

    @Test func `refuses an output root that leads to jobs by a link`() async throws {
        try scratch.write("", to: "spool/done/x")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path.appending("link").string, withDestinationPath: "spool/done")
        let problem = await problem(environment: [
            "SPOOL_WORKER_SPOOL": scratch.path.appending("spool").string,
            "SPOOL_WORKER_OUTPUT_ROOTS": scratch.path.appending("link").string,
        ])
        #expect(problem.contains("overlaps"), "\(problem)")
    }

    @Test(arguments: [
        ("5", Duration.seconds(5)), ("5s", .seconds(5)), ("0.5s", .milliseconds(500)), ("500ms", .milliseconds(500)),
        ("2m", .seconds(120)), ("1h", .seconds(3600)), ("1w", .seconds(604_800)), ("2 m", .seconds(120)),
    ])
    func `reads times`(text: String, duration: Duration) {
        #expect(Duration(setting: text) == duration)
    }

    @Test(arguments: ["", "s", "-1", "1y", "nan", "inf", "1e300", "5 s x"])
    func `refuses what is no time`(text: String) {
        #expect(Duration(setting: text) == nil)
    }

    @Test(arguments: [
        ("0", 0), ("500000", 500_000), ("1b", 1), ("64MB", 64_000_000), ("64 MB", 64_000_000), ("64mb", 64_000_000),
        ("512KiB", 512 << 10), ("1.5 GiB", 3 << 29), ("1TB", 1_000_000_000_000), ("9223372036854775807", Int.max),
    ])
    func `reads sizes`(text: String, bytes: Int) { #expect(ByteSize(setting: text)?.bytes == bytes) }

    @Test(arguments: ["", "MB", "64M", "1.5", "x", "1 PB", "nan GB", "9999999TiB", "1e30 TB", "64  MB"])
    func `refuses what is not a size`(text: String) { #expect(ByteSize(setting: text) == nil) }

    @Test(arguments: [
        (0, "0 bytes"), (1, "1 byte"), (640, "640 bytes"), (1024, "1 KiB"), (64 << 20, "64 MiB"),
        (34_000_896, "34 MB"), (1_540_000_000, "1.5 GB"), (999_960, "1 MB"), (123_456_789, "123 MB"),
        (3_000_000_000_000, "3 TB"),
    ])
    func `says sizes as people do`(bytes: Int, text: String) { #expect("\(ByteSize(bytes))" == text) }
}

@Suite struct `Settings in force` {
    @Test func `know of each setting whether it can change`() {
        #expect(WorkerConfiguration.parts.map(\.key.rawValue).sorted() == SettingKey.allCases.map(\.rawValue).sorted())
    }
}
