import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `A job that fails for a passing reason` {
    private static let job = #"{"input": "late.jpg", "renditions": [{"path": "small.png", "width": 64}]}"#

    /// Tries again each second, for as long as a test needs.
    private static let patient = [
        "SPOOL_WORKER_RETRY_DELAY": "1s", "SPOOL_WORKER_RETRY_MAX_DELAY": "1s", "SPOOL_WORKER_MAX_ATTEMPTS": "1000",
    ]

    private func waits(_ name: String, in fixture: SpoolFixture, for code: ErrorCode) async throws -> ResultDocument {
        let job = try #require(FilePath.Component(name).flatMap(JobName.init))
        var found: ResultDocument?
        try await eventually("\(name) waits in retry") {
            guard fixture.scratch.exists("spool/retry/\(name)") else { return false }
            found = try fixture.spool.result(in: .retry, named: job.result)
            return found?.error?.code == code
        }
        return try #require(found)
    }

    private func copy(_ source: String, to target: String, in fixture: SpoolFixture) throws {
        try FileManager.default.copyItem(
            atPath: fixture.path.appending("input/\(source)").string,
            toPath: fixture.path.appending("input/\(target)").string)
    }

    @Test func `waits in retry, visibly, and is done when the reason has passed`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(Self.job)
        let worker = try await fixture.start(environment: Self.patient)
        let waiting = try await waits("job.json", in: fixture, for: .inputNotFound)
        #expect(waiting.status == .retry)
        #expect(waiting.attempts.last?.error?.code == .inputNotFound)
        let time =
            try FileManager.default.attributesOfItem(
                atPath: fixture.path.appending("retry/job.json").string)[.modificationDate] as? Date
        #expect(abs(try #require(time).timeIntervalSince(try #require(waiting.retryAt))) < 0.01)
        try copy("photo.jpg", to: "late.jpg", in: fixture)
        let result = try await fixture.ended()
        #expect(result.status == .done)
        #expect(result.id == waiting.id)
        #expect(result.attempts.map(\.number) == Array(1...result.attempts.count))
        #expect(result.attempts.dropLast().allSatisfy { $0.error?.code == .inputNotFound })
        #expect(result.attempts.last?.error == nil)
        #expect(result.retryAt == nil)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        #expect(try fixture.scratch.read("spool/done/job.json") == Self.job)
        try fixture.expectConsistent()
    }

    @Test func `fails after the last attempt, and --once waits for that`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(Self.job)
        #expect(try await fixture.once(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "3"]).status == 1)
        let result = try #require(try fixture.result())
        #expect(result.attempts.map(\.number) == [1, 2, 3])
        #expect(result.error?.code == .inputNotFound)
        try fixture.expectConsistent()
    }

    @Test func `fails at once when it says so itself`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(Self.job.replacing(#"{"input""#, with: #"{"maxAttempts": 1, "input""#))
        #expect(try await fixture.once().status == 1)
        let result = try #require(try fixture.result())
        #expect(result.attempts.map(\.number) == [1])
        #expect(result.error?.code == .inputNotFound)
        try fixture.expectConsistent()
    }

    @Test func `keeps its history when its worker stops`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(Self.job)
        let worker = try await fixture.start(
            environment: Self.patient.merging(["SPOOL_WORKER_SHUTDOWN_TIMEOUT": "0"]) { $1 })
        _ = try await waits("job.json", in: fixture, for: .inputNotFound)
        _ = try await worker.stopJobProcesses()
        try copy("photo.jpg", to: "late.jpg", in: fixture)
        try await eventually("the source is being read") {
            try fixture.scratch.list("spool/output").contains { $0.hasPrefix(".spool-") }
        }
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        #expect(try fixture.states() == ["job.json": "retry"])
        #expect(try fixture.scratch.list("spool/output").isEmpty)
        #expect(try await fixture.once().status == 0)
        let result = try #require(try fixture.result())
        #expect(result.status == .done)
        #expect(result.attempts.count >= 2)
        #expect(result.attempts.map(\.number) == Array(1...result.attempts.count))
        #expect(result.attempts[0].error?.code == .inputNotFound)
        try fixture.expectConsistent()
    }

    @Test(arguments: ["mv", "retry"])
    func `is tried again when an operator puts it back, and tells the whole story`(way: String) async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(Self.job)
        #expect(try await fixture.once(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "1"]).status == 1)
        try copy("photo.jpg", to: "late.jpg", in: fixture)
        if way == "mv" {
            try FileManager.default.moveItem(
                atPath: fixture.path.appending("failed/job.json").string,
                toPath: fixture.path.appending("incoming/job.json").string)
        } else {
            let retry = try await WorkerProcess.run(
                ["retry", "--spool", fixture.path.string, "--all", "--code", "input_not_found"], in: fixture.scratch)
            #expect(retry.status == 0, "\(retry.errors)")
            #expect(retry.output == "job.json\n")
        }
        #expect(try await fixture.once(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "1"]).status == 0)
        let result = try #require(try fixture.result())
        #expect(result.status == .done)
        #expect(result.attempts.map(\.error?.code) == [.inputNotFound, nil])
        #expect(result.attemptsForgiven == 1)
        #expect(try fixture.scratch.list("spool/failed").isEmpty)
        try fixture.expectConsistent()
    }

    @Test func `is patient with a source that is still being copied`() async throws {
        let fixture = try await SpoolFixture()
        let picture = try Data(contentsOf: URL(filePath: fixture.path.appending("input/photo.jpg").string))
        let late = fixture.path.appending("input/late.jpg").string
        let worker = try await fixture.start(environment: ["SPOOL_WORKER_SETTLE_TIME": "1h"])
        try picture.prefix(picture.count / 2).write(to: URL(filePath: late))
        try fixture.drop(Self.job)
        _ = try await waits("job.json", in: fixture, for: .inputCorrupt)
        let file = try #require(FileHandle(forWritingAtPath: late))
        try file.seekToEnd()
        try file.write(contentsOf: picture.dropFirst(picture.count / 2))
        try file.close()
        // Nobody wants to wait for the hour.
        let retry = try await WorkerProcess.run(
            ["retry", "--spool", fixture.path.string, "job"], in: fixture.scratch)
        #expect(retry.status == 0, "\(retry.errors)")
        #expect(try await fixture.ended().status == .done)
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `fails when its source stays as short as it is`() async throws {
        let fixture = try await SpoolFixture()
        let picture = try Data(contentsOf: URL(filePath: fixture.path.appending("input/photo.jpg").string))
        try picture.prefix(picture.count / 2).write(
            to: URL(filePath: fixture.path.appending("input/late.jpg").string))
        try fixture.drop(Self.job)
        #expect(try await fixture.once().status == 1)
        let result = try #require(try fixture.result())
        #expect(result.error?.code == .inputCorrupt)
        #expect(result.attempts.count == 2)
        #expect(try #require(result.attempts[0].source).isUnchanged(in: #require(result.attempts[1].source)))
        #expect(try fixture.scratch.list("spool/output").isEmpty)
    }

    /// Only its owner may set a file's time; a job's file can be anybody's.
    @Test func `waits also where the worker may not set the time of its file`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(Self.job)
        let run = try WorkerProcess(
            command: [
                "/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=utimensat", "-e",
                "inject=utimensat:error=EPERM", WorkerProcess.executable.string, "run", "--once", "--spool",
                fixture.path.string, "--renderers", "1",
            ],
            environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "2", "SPOOL_WORKER_RETRY_DELAY": "2s"], in: fixture.scratch)
        #expect(try await run.status() == 1)
        let result = try #require(try fixture.result())
        #expect(result.attempts.map(\.error?.code) == [.inputNotFound, .inputNotFound])
        #expect(result.attempts[1].startedAt.timeIntervalSince(result.attempts[0].startedAt) > 1.5)
        try fixture.expectConsistent()
    }

    @Test func `and whose result cannot be read does not keep the others from being tried again`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        for name in ["a.json", "c.json"] { try fixture.drop(Self.job, as: name) }
        #expect(try await fixture.once(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "1"]).status == 1)
        try fixture.scratch.write(Self.job, to: "spool/failed/b.json")
        try fixture.scratch.write("", to: "spool/failed/b.result.json/inside")
        try fixture.scratch.write(Self.job, to: "spool/failed/bb.json")
        try fixture.scratch.write("half", to: "spool/failed/bb.result.json")
        let run = try await WorkerProcess.run(
            ["retry", "--spool", fixture.path.string, "--all", "--code", "input_not_found"], in: fixture.scratch)
        #expect(run.status == 69)
        #expect(run.output == "a.json\nc.json\n")
        #expect(run.errors.contains("b.json is left") && run.errors.contains("bb.json is left"), "\(run.errors)")
        #expect(
            try await WorkerProcess.run(
                ["retry", "--spool", fixture.path.string, "--all", "--code", "input_not_fuond"], in: fixture.scratch
            ).status == 64)
    }

    /// Network file systems refuse RENAME_NOREPLACE; so does this file system, for this process.
    @Test func `is put back beside a job of its name where a file system cannot rename exclusively`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(Self.job)
        #expect(try await fixture.once(environment: ["SPOOL_WORKER_MAX_ATTEMPTS": "1"]).status == 1)
        let failed = try #require(try fixture.result())
        let trace = fixture.scratch.path.appending("trace").string
        let retry = try WorkerProcess(
            command: [
                "/usr/bin/strace", "-f", "-qq", "-o", trace, "-e", "trace=renameat,renameat2", "-e",
                "inject=renameat2:error=EINVAL", WorkerProcess.executable.string, "retry", "--spool",
                fixture.path.string, "job",
            ], in: fixture.scratch)
        #expect(try await retry.status() == 0, "\(retry.standardError)")
        let name = "job~\(failed.id).json"
        #expect(retry.standardOutput == "\(name)\n")
        #expect(try fixture.scratch.list("spool/incoming") == [name])
        // Nothing renames onto a name that a producer may make.
        #expect(try !String(contentsOfFile: trace, encoding: .utf8).contains("\"job.json\") = 0"))
        try copy("photo.jpg", to: "late.jpg", in: fixture)
        #expect(try await fixture.once().status == 0)
        let result = try #require(try fixture.result(name))
        #expect(result.id == failed.id)
        #expect(result.attempts.map(\.error?.code) == [.inputNotFound, nil])
        #expect(try fixture.scratch.list("spool/failed").isEmpty)
        try fixture.expectConsistent()
    }

    @Test func `named by an operator must be there`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        func retry(_ arguments: String...) async throws -> (status: Int32, output: String, errors: String) {
            try await WorkerProcess.run(["retry", "--spool", fixture.path.string] + arguments, in: fixture.scratch)
        }
        #expect(try await retry("no-such").status == 69)
        #expect(try await retry().status == 64)
        #expect(try await retry("--all").status == 0)
        try fixture.drop(as: "twin.json")
        try fixture.scratch.write("{}", to: "spool/failed/twin.json")
        let twin = try await retry("failed/twin.json")
        #expect(twin.status == 69)
        #expect(twin.errors.contains("waits in incoming"))
        #expect(fixture.scratch.exists("spool/failed/twin.json"))
    }
}
