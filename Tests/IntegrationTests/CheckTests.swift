import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `The check command` {
    private func check(
        _ fixture: SpoolFixture, _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String, errors: String) {
        try await WorkerProcess.run(
            ["check", "--spool", fixture.path.string] + arguments, environment: environment, in: fixture.scratch)
    }

    /// Runs the check by another program that becomes it.
    private func check(
        _ fixture: SpoolFixture, by command: [String]
    ) async throws -> (status: Int32, codes: [String], paths: [String], messages: [String]) {
        let worker = try WorkerProcess(
            command: command + [WorkerProcess.executable.string, "check", "--json", "--spool", fixture.path.string],
            in: fixture.scratch)
        let status = try await worker.status()
        let findings = try JSONValue(parsing: worker.standardOutput.utf8).array ?? []
        return (
            status, findings.compactMap { $0["code"]?.string }, findings.compactMap { $0["path"]?.string },
            findings.compactMap { $0["message"]?.string }
        )
    }

    @Test func `says that a spool is in order, also while a worker serves it`() async throws {
        let fixture = try await SpoolFixture()
        let idle = try await check(fixture)
        #expect(idle.status == 0 && idle.output == "the spool is in order\n", "\(idle)")
        #expect(try await check(fixture, ["--json"]).output == "[]\n")
        let worker = try await fixture.start()
        for number in 0..<40 { try fixture.drop(as: "job \(number).json") }
        repeat {
            let busy = try await check(fixture, ["--repair"])
            #expect(busy.status == 0 && busy.output == "the spool is in order\n", "\(busy)")
        } while try fixture.scratch.list("spool/done").count < 80
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        try fixture.expectConsistent()
    }

    @Test func `tells people and programs what is wrong, by words and status`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        try fixture.scratch.write("", to: "spool/incoming/two\nlines.txt")
        try fixture.scratch.write("{}", to: "spool/done/job.json")
        let text = try await check(fixture)
        #expect(text.status == 1)
        let lines = text.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 6, "\(text.output)")
        #expect(lines[0].hasPrefix(#"warning  incoming/two\nlines.txt  is not a job by its name"#))
        #expect(lines[1].isEmpty)
        #expect(lines[2].hasPrefix("warning  done/job.json  has ended without a result"))
        #expect(lines[4] == "2 warnings")
        let json = try await check(fixture, ["--json"])
        #expect(json.status == 1)
        let findings = try JSONValue(parsing: json.output.utf8)
        #expect(findings.array?.count == 2)
        #expect(findings[1]?["severity"] == "warning")
        #expect(findings[1]?["code"] == "job_without_result")
        #expect(findings[1]?["path"] == "done/job.json")
        #expect(findings[1]?["message"]?.string?.isEmpty == false)
        #expect(findings[1]?["repaired"] == false)
    }

    @Test func `mends what it can, and is content then`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        try FileManager.default.removeItem(atPath: fixture.path.appending("retry").string)
        #expect(try await check(fixture).status == 1)
        let mended = try await check(fixture, ["--repair"])
        #expect(mended.status == 0)
        #expect(mended.output.contains("(repaired)") && mended.output.hasSuffix("1 error; 1 repaired\n"))
        #expect(try await check(fixture).output == "the spool is in order\n")
    }

    @Test func `tells of too little space, and of what is no spool`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        let full = try await check(
            fixture, ["--json"], environment: ["SPOOL_WORKER_MIN_FREE_BYTES": "9000000000000000000"])
        #expect(full.status == 1)
        #expect(try JSONValue(parsing: full.output.utf8)[0]?["code"] == "little_space")
        let none = try await WorkerProcess.run(["check", "--spool", "/no/such"], in: fixture.scratch)
        #expect(none.status == 69)
        #expect(none.output.isEmpty)
    }

    /// Root may do everything, so root tries it as somebody else; another user has no one else's files.
    @Test func `tells what this user may not do`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        let nobody =
            getuid() == 0
            ? ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : ["/usr/bin/env"]
        func permit(_ mode: Int, _ path: String) throws {
            try FileManager.default.setAttributes(
                [.posixPermissions: mode], ofItemAtPath: fixture.path.pushing(FilePath(path)).string)
        }
        for folder in SpoolFolder.allCases { try permit(0o777, folder.rawValue) }
        try permit(0o777, ".spool/workers")
        let fine = try await check(fixture, by: nobody)
        #expect(fine.status == 0 && fine.codes.isEmpty, "\(fine)")
        try fixture.drop()
        try permit(0, "incoming/job.json")
        try permit(0o555, "done")
        try permit(0o1777, "failed")
        let found = try await check(fixture, by: nobody)
        #expect(found.status == 1)
        // Whoever owns a folder may move all in it.
        let isSticky = getuid() == 0
        #expect(
            found.codes == ["folder_access"] + (isSticky ? ["folder_sticky"] : []) + ["job_unreadable"], "\(found)")
        #expect(found.messages.first?.contains("cannot make and rename files in it") == true, "\(found)")
        #expect(found.paths == ["done"] + (isSticky ? ["failed"] : []) + ["incoming/job.json"])
        try fixture.scratch.write("{}", to: "spool/processing/w1/job.json")
        try fixture.scratch.write("{}", to: "spool/.spool/workers/w1.json")
        try permit(0, ".spool/workers/w1.json")
        let blind = try await check(fixture, by: nobody)
        #expect(blind.codes.contains("not_checked") && !blind.codes.contains("dead_worker_jobs"), "\(blind)")
        try permit(0, "retry")
        #expect(try await check(fixture, by: nobody).codes.contains("folder_access"))
    }

    /// In a mount namespace of the check's own.
    @Test(.enabled(if: getuid() == 0), arguments: ["rw", "ro"])
    func `tells of a mount inside the spool`(mode: String) async throws {
        let fixture = try await SpoolFixture(picture: false)
        let found = try await check(
            fixture,
            by: [
                "/usr/bin/unshare", "--mount", "sh", "-c",
                #"mount -t tmpfs -o "$0,mode=777" none "$1" && shift && exec "$@""#, mode,
                fixture.path.appending("failed").string,
            ])
        #expect(found.status == 1)
        #expect(found.codes == [mode == "ro" ? "read_only" : "several_file_systems"])
        #expect(found.paths == ["failed"])
    }

    @Test(.enabled(if: getuid() == 0)) func `repairs nothing on a file system that is mounted read-only`() async throws
    {
        let fixture = try await SpoolFixture(picture: false)
        try fixture.scratch.write("", to: "spool/done/notes.txt")
        let found = try await check(
            fixture,
            by: [
                "/usr/bin/unshare", "--mount", "sh", "-c",
                #"mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@""#, fixture.path.string,
            ])
        #expect(found.status == 1)
        #expect(Set(found.codes) == ["read_only", "foreign_file"])
    }
}
