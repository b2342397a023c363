import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `Bad input` {
    /// Runs one job among good ones: it fails as said, the others are done, the worker stays up.
    private func expect(
        _ code: ErrorCode, saying words: String, name: String = "bad.json",
        _ prepare: (SpoolFixture) throws -> Void
    ) async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(as: "good-before.json")
        try prepare(fixture)
        try fixture.drop(
            #"{"input": "photo.jpg", "renditions": [{"path": "other.png", "width": 5}]}"#, as: "good-after.json")
        let run = try await fixture.once(environment: ["SPOOL_WORKER_SETTLE_TIME": "50ms"])
        #expect(run.status == 1, "\(run.errors)")
        let result = try #require(try fixture.result(name))
        #expect(result.status == .failed)
        #expect(result.error?.code == code)
        #expect(result.error?.message.contains(words) == true, "\(result.error?.message ?? "")")
        #expect(try fixture.result("good-before.json")?.status == .done)
        #expect(try fixture.result("good-after.json")?.status == .done)
        try fixture.expectConsistent()
    }

    @Test(arguments: [
        ("", ErrorCode.jobSyntax, "the job file is empty"),
        ("{}", .jobInvalid, "input is missing"),
        ("[]", .jobInvalid, "must be an object"),
        (#"{"input": "photo.jpg", "rendi"#, .jobSyntax, "line 1, column 30"),
        (
            #"{"input": "photo.jpg", "renditions": [{"path": "x.png", "width": "a"}]}"#, .jobInvalid,
            "renditions[0].width"
        ),
        (#"{"input": "photo.jpg", "renditions": [{"path": "x.png", "widht": 3}]}"#, .jobInvalid, "did you mean"),
        (#"{"input": "photo.jpg", "renditions": [{"path": "x.png", "width": 0}]}"#, .jobInvalid, "not 0"),
        (#"{"input": "photo.jpg", "renditions": [{"path": "x.png", "width": -3}]}"#, .jobInvalid, "not -3"),
        (#"{"input": "photo.jpg", "renditions": [{"path": "x.png", "width": 1000000000}]}"#, .jobInvalid, "65535"),
        (#"{"input": "photo.jpg", "renditions": [{"path": "x.png", "width": 20000}]}"#, .outputTooLarge, "16384"),
        (#"{"input": "photo.jpg", "renditions": [{"path": "x.png", "height": 16000}]}"#, .outputTooLarge, "16384"),
        (#"{"input": "missing.jpg", "renditions": [{"path": "x.png"}]}"#, .inputNotFound, "missing.jpg"),
        (#"{"input": "../../../etc/passwd", "renditions": [{"path": "x.png"}]}"#, .inputNotAllowed, "leads out"),
        (#"{"input": "/etc/passwd", "renditions": [{"path": "x.png"}]}"#, .inputNotAllowed, "outside"),
        (#"{"input": "photo.jpg", "renditions": [{"path": "../x.png"}]}"#, .outputNotAllowed, "leads out"),
        (
            #"{"input": "photo.jpg", "renditions": [{"path": "x.png", "composite": [{"input": "missing.png"}]}]}"#,
            .inputNotFound, "overlay missing.png"
        ),
        (
            #"{"input": "photo.jpg", "renditions": [{"path": "x.png", "composite": [{"input": "../../x.png"}]}]}"#,
            .inputNotAllowed, "overlay ../../x.png leads out"
        ),
        (
            #"{"input": "photo.jpg", "renditions": [{"path": "x.png", "composite": [{"input": "/etc/passwd"}]}]}"#,
            .inputNotAllowed, "outside"
        ),
        (
            #"{"input": "photo.jpg", "renditions": [{"path": "x.png", "extract": {"left": 640, "top": 0, "width": 1, "height": 1}}]}"#,
            .jobInvalid, "reaches to 641, 1, but the image is 640×480"
        ),
        (#"{"input": "photo.jpg", "renditions": [{"path": "/tmp/x.png"}]}"#, .outputNotAllowed, "outside"),
        (
            #"{"input": "photo.jpg", "renditions": [{"path": "../incoming/evil.json", "format": "png"}]}"#,
            .outputNotAllowed, "leads out"
        ),
    ])
    func `in a job's text fails that job alone`(text: String, code: ErrorCode, words: String) async throws {
        try await expect(code, saying: words) { try $0.drop(text, as: "bad.json") }
    }

    @Test func `of users whose jobs are not taken is not even read`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop()
        let me = "\(getuid())"
        let refused = try await fixture.once(environment: ["SPOOL_WORKER_OWNERS": "\(getuid() + 1)"])
        #expect(refused.status == 1)
        let result = try #require(try fixture.result())
        #expect(result.error?.code == .jobOwnerNotAllowed)
        #expect(result.error?.message.contains("the user with the number \(me)") == true)
        #expect(result.owner == Int(getuid()))
        #expect(try fixture.scratch.list("spool/output").isEmpty)

        try fixture.drop(as: "mine.json")
        let taken = try await fixture.once(environment: ["SPOOL_WORKER_OWNERS": "\(getuid() + 1),\(me)"])
        #expect(taken.status == 0, "\(taken.errors)")
        #expect(try fixture.result("mine.json")?.owner == Int(getuid()))
    }

    @Test func `that would replace a file which must stay fails that job alone, and none is lost`() async throws {
        try await expect(.outputExists, saying: "x.png is there already") {
            try $0.scratch.write("precious", to: "spool/output/x.png")
            try $0.drop(
                #"{"input": "photo.jpg", "renditions": [{"path": "x.png", "width": 9, "overwrite": false}]}"#,
                as: "bad.json")
        }
    }

    @Test func `that leads two renditions to one file fails that job alone`() async throws {
        try await expect(.jobInvalid, saying: "two renditions") {
            try $0.drop(
                #"{"input": "photo.jpg", "renditions": [{"path": "a/x.png"}, {"path": "a/./x.png"}]}"#, as: "bad.json")
        }
    }

    @Test(arguments: ["1e308", "1e18", "9999999999999999999999"])
    func `is no such thing as a timeout beyond all measure`(timeout: String) async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(
            #"{"input": "photo.jpg", "renditions": [{"path": "x.png", "width": 9}], "timeout": \#(timeout)}"#)
        #expect(try await fixture.once().status == 0)
    }

    @Test func `is no such thing as a hundred renditions with long paths`() async throws {
        let fixture = try await SpoolFixture()
        let folder = String(repeating: String(repeating: "d", count: 200) + "/", count: 4)
        let renditions = (0..<100).map { #"{"path": "\#(folder)\#($0).png", "width": 4}"# }.joined(separator: ",")
        try fixture.drop(#"{"input": "photo.jpg", "renditions": [\#(renditions)]}"#)
        let run = try await fixture.once()
        #expect(run.status == 0, "\(run.errors)")
        #expect(try fixture.result()?.renditions.count == 100)
    }

    @Test func `of two megabytes fails that job alone`() async throws {
        try await expect(.jobTooLarge, saying: "the limit of 1 MiB") {
            try $0.drop(#"{"input": ""# + String(repeating: "x", count: 2_000_000), as: "bad.json")
        }
    }

    @Test func `that is a folder, a pipe or a link fails that job alone`() async throws {
        try await expect(.jobNotAFile, saying: "folder") {
            try $0.scratch.write("x", to: "spool/incoming/bad.json/inside")
        }
        try await expect(.jobNotAFile, saying: "pipe") {
            #expect(unsafe mkfifo($0.path.appending("incoming/bad.json").string, 0o666) == 0)
        }
        try await expect(.jobNotAFile, saying: "link") {
            try $0.scratch.write(SpoolFixture.simple, to: "elsewhere.json")
            try FileManager.default.createSymbolicLink(
                atPath: $0.path.appending("incoming/bad.json").string,
                withDestinationPath: $0.scratch.path.appending("elsewhere.json").string)
        }
    }

    @Test func `under an input's name fails that job alone`() async throws {
        let job = #"{"input": "thing.jpg", "renditions": [{"path": "x.png"}]}"#
        try await expect(.inputNotAFile, saying: "folder") {
            try $0.scratch.write("x", to: "spool/input/thing.jpg/inside")
            try $0.drop(job, as: "bad.json")
        }
        try await expect(.inputNotAFile, saying: "pipe") {
            #expect(unsafe mkfifo($0.path.appending("input/thing.jpg").string, 0o666) == 0)
            try $0.drop(job, as: "bad.json")
        }
        try await expect(.inputNotAllowed, saying: "symbolic link") {
            try FileManager.default.createSymbolicLink(
                atPath: $0.path.appending("input/thing.jpg").string, withDestinationPath: "/etc/hostname")
            try $0.drop(job, as: "bad.json")
        }
        try await expect(.inputUnsupported, saying: "format") {
            try $0.scratch.write("#!/bin/sh\necho no picture\n", to: "spool/input/thing.jpg")
            try $0.drop(job, as: "bad.json")
        }
        try await expect(.inputCorrupt, saying: "empty") {
            try $0.scratch.write("", to: "spool/input/thing.jpg")
            try $0.drop(job, as: "bad.json")
        }
        try await expect(.inputCorrupt, saying: "truncated") {
            let whole = try Data(contentsOf: URL(filePath: $0.path.appending("input/photo.jpg").string))
            try whole.prefix(whole.count / 2).write(to: URL(filePath: $0.path.appending("input/thing.jpg").string))
            try $0.drop(job, as: "bad.json")
        }
    }

    @Test func `in the output folder fails that job alone`() async throws {
        let job = #"{"input": "photo.jpg", "renditions": [{"path": "sub/x.png", "width": 5}]}"#
        try await expect(.outputNotAllowed, saying: "symbolic link") {
            try FileManager.default.createSymbolicLink(
                atPath: $0.path.appending("output/sub").string, withDestinationPath: "/tmp")
            try $0.drop(job, as: "bad.json")
        }
        try await expect(.outputNotWritable, saying: "sub/x.png") {
            try $0.scratch.write("a file", to: "spool/output/sub")
            try $0.drop(job, as: "bad.json")
        }
    }

    /// Root may write into a folder of any mode, so for root the folder is a file system that is mounted read-only, in a
    /// mount namespace of the worker's own.
    @Test func `like a read-only output folder fails that job alone`() async throws {
        let fixture = try await SpoolFixture()
        let folder = fixture.path.appending("output/ro").string
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o555])
        try fixture.drop(
            #"{"input": "photo.jpg", "renditions": [{"path": "ro/x.png", "width": 5}]}"#, as: "bad.json")
        try fixture.drop(as: "good.json")
        let run = [WorkerProcess.executable.string, "run", "--once", "--spool", fixture.path.string]
        let mounting = [
            "/usr/bin/unshare", "--mount", "sh", "-c", #"mount -t tmpfs -o ro none "$0" && exec "$@""#, folder,
        ]
        let worker = try WorkerProcess(command: getuid() == 0 ? mounting + run : run, in: fixture.scratch)
        #expect(try await worker.status() == 1, "\(worker.standardError)")
        #expect(try fixture.result("bad.json")?.error?.code == .outputNotWritable)
        #expect(try fixture.result("bad.json")?.error?.message.contains("ro/x.png") == true)
        #expect(try fixture.result("good.json")?.status == .done)
    }

    @Test(arguments: ["with space.json", "new\nline.json", "-rf.json", "quote'\".json", "ünï.json", "$(touch x).json"])
    func `is no such thing as an odd name`(name: String) async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(as: name)
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.result(name)?.status == .done)
        #expect(try fixture.scratch.read("spool/done/\(name)") == SpoolFixture.simple)
    }

    @Test func `in bytes that are no text is a name like any other`() async throws {
        let fixture = try await SpoolFixture()
        let name = Array(fixture.path.appending("incoming").string.utf8) + [0x2F, 0xFF, 0xFE] + Array(".json".utf8)
        let file = unsafe open(name.map { CChar(bitPattern: $0) } + [0], O_WRONLY | O_CREAT, 0o644)
        #expect(unsafe write(file, SpoolFixture.simple, SpoolFixture.simple.utf8.count) > 0)
        close(file)
        let run = try await fixture.once()
        #expect(run.status == 0, "\(run.errors)")
        #expect(try SpoolSurvey(of: fixture.spool).states[.done]?.jobs == 1)
    }

    @Test func `with too long a name is refused under a shorter one`() async throws {
        let fixture = try await SpoolFixture()
        let name = String(repeating: "x", count: 245) + ".json"
        try fixture.drop(as: name)
        #expect(try await fixture.once().status == 1)
        let failed = try fixture.scratch.list("spool/failed")
        #expect(failed.count == 2)
        let document = try #require(failed.first { $0.hasSuffix(".result.json") })
        let text = try fixture.scratch.read("spool/failed/\(document)")
        let result = try ResultDocument(json: JSONValue(parsing: text.utf8))
        #expect(result.error?.code == .jobNameTooLong)
        #expect(result.job == name)
    }

    @Test func `with a time centuries away is a job like others`() async throws {
        let fixture = try await SpoolFixture()
        for (name, time) in [("late.json", 10_413_792_000.0), ("early.json", -5_000_000_000.0)] {
            try fixture.drop(as: name)
            for path in ["incoming/\(name)", "input/photo.jpg"] {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: time)],
                    ofItemAtPath: fixture.path.appending(path).string)
            }
            #expect(try SpoolSurvey(of: fixture.spool).states[.incoming]?.jobs == 1)
            #expect(try await fixture.once().status == 0)
        }
        try fixture.expectConsistent()
        let check = try await WorkerProcess.run(["check", "--spool", fixture.path.string], in: fixture.scratch)
        #expect(check.status == 0, "\(check.output)")
    }

    @Test func `that is hidden or has another ending is left alone`() async throws {
        let fixture = try await SpoolFixture()
        for name in [".hidden.json", "photo.jpg", "x.result.json", "partial.json.tmp"] { try fixture.drop(as: name) }
        #expect(try await fixture.once().status == 0)
        #expect(try fixture.scratch.list("spool/incoming").count == 4)
    }
}
