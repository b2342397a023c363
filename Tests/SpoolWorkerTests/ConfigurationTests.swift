import FoundationEssentials
import Logging
import SpoolCore
import SpoolImaging
import SpoolWatch
import SystemPackage
import TestSupport
import Testing

@testable import SpoolWorker

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
        #expect(configuration.settleTime == .seconds(2))
        #expect(configuration.timeout == .seconds(60))
        #expect(configuration.retries.maxAttempts == 5)
        #expect(configuration.durability == .full)
        #expect(configuration.inputRoots.isEmpty)
        #expect(configuration.jobLimits == JobLimits(jobBytes: 1 << 20, metadataBytes: 256 << 10))
    }

    @Test func `takes flags over environment over file`() async throws {
        let yaml = "renderers: 1\ntimeout: 1s\nwatch: poll\n"
        let environment = ["SPOOL_WORKER_RENDERERS": "2", "SPOOL_WORKER_TIMEOUT": "2s", "HOME": "/root"]
        let configuration = try await load(flags: [.renderers: "3"], environment: environment, yaml: yaml)
        #expect(configuration.renderers == 3)
        #expect(configuration.timeout == .seconds(2))
        #expect(configuration.watch == .poll)
    }

    @Test func `reads every setting from a file, paths relative to it`() async throws {
        let configuration = try await load(
            yaml: """
                spool: ../spool
                renderers: 3
                watch: inotify
                scan-interval: 500ms
                settle-time: 1.5
                timeout: 2m
                shutdown-timeout: 1h
                max-attempts: 9
                durability: none
                input-roots: [photos, /srv/in]
                output-roots: [../out]
                limits:
                  job-bytes: 10
                  metadata-bytes: 5
                  input-bytes: 20
                  input-pixels: 30
                  output-dimension: 40
                log:
                  level: debug
                """)
        #expect(configuration.spool == scratch.path.appending("spool"))
        #expect(configuration.scanInterval == .milliseconds(500))
        #expect(configuration.settleTime == .milliseconds(1500))
        #expect(configuration.timeout == .seconds(120))
        #expect(configuration.shutdownTimeout == .seconds(3600))
        #expect(configuration.durability == .none)
        #expect(configuration.inputRoots == [scratch.path.appending("etc/photos"), "/srv/in"])
        #expect(configuration.outputRoots == [scratch.path.appending("out")])
        #expect(configuration.jobLimits == JobLimits(jobBytes: 10, metadataBytes: 5))
        #expect(configuration.limits.inputPixels == 30)
        #expect(configuration.limits.outputDimension == 40)
        #expect(configuration.logLevel == .debug)
    }

    @Test func `reads every setting from the environment`() async throws {
        for key in SettingKey.allCases where !key.isList {
            // Zero is wrong for every setting but the times, and then the message shows that it was read.
            let problem = await problem(environment: [key.environmentName: "-"])
            #expect(key == .spool || problem.hasPrefix(key.environmentName + ": takes"), "\(problem)")
        }
        let configuration = try await load(environment: ["SPOOL_WORKER_INPUT_ROOTS": "a, /b"])
        #expect(configuration.inputRoots == ["/srv/site/a", "/b"])
    }

    @Test(arguments: [
        ("renderers: many", "renderers: takes a whole number from 1 to 256, not \"many\""),
        ("renderers: 0", "renderers: takes a whole number from 1 to 256, not \"0\""),
        ("renderers: [1]", "renderers: takes a single value"),
        ("timeout: soon", "timeout: takes a time"),
        ("watch: fanotify", "watch: takes one of auto, inotify, poll, not \"fanotify\""),
        ("input-roots: one", "input-roots: takes a list of paths"),
        ("rendrers: 1", "line 1: \"rendrers\" is no setting"),
        ("log:\n  levle: debug", "line 2: \"log.levle\" is no setting"),
        ("renderers:\n  a: 1", "line 1: \"renderers\" takes a value"),
        ("limits: 3", "\"limits\" takes settings below it"),
        ("- a", "must be a mapping"),
        ("a: [", "is no YAML"),
    ])
    func `in a file that is wrong names file and key`(yaml: String, message: String) async {
        let problem = await problem(yaml: yaml)
        #expect(problem.contains("etc/worker.yaml"), "\(problem)")
        #expect(problem.contains(message), "\(problem)")
    }

    @Test func `names the flag or the variable that is wrong`() async {
        #expect(await problem(flags: [.renderers: "x"]).hasPrefix("--renderers: takes"))
        #expect(await problem(environment: ["SPOOL_WORKER_RENDRERS": "1"]).hasPrefix("SPOOL_WORKER_RENDRERS: is no"))
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
        ("2m", .seconds(120)), ("1h", .seconds(3600)),
    ])
    func `reads times`(text: String, duration: Duration) {
        #expect(Duration(setting: text) == duration)
    }

    @Test(arguments: ["", "s", "-1", "1w", "nan", "inf", "1e300", "5 s x"])
    func `refuses what is no time`(text: String) {
        #expect(Duration(setting: text) == nil)
    }
}
