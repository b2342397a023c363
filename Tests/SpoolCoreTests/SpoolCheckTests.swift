import FoundationEssentials
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `A check of jobs and results` {
    let checked: CheckedSpool
    var scratch: ScratchFolder { checked.scratch }

    init() throws { checked = try CheckedSpool() }

    @Test func `finds a spool in order that is, and leaves nothing behind`() throws {
        try scratch.write("{}", to: "incoming/waiting.json")
        try checked.put(checked.document(.retry), in: "retry")
        try checked.put(checked.document(id: "id-2"), in: "done", as: "a")
        try checked.put(checked.document(.failed, id: "id-3"), in: "failed", as: "b")
        for folder in ["incoming", "processing", "done", "tmp", "output"] {
            try scratch.write("", to: "\(folder)/.gitkeep")
        }
        let before = try FileManager.default.subpathsOfDirectory(atPath: scratch.path.string).sorted()
        #expect(try checked.marks(repair: true, later: .twoHours).isEmpty)
        #expect(try FileManager.default.subpathsOfDirectory(atPath: scratch.path.string).sorted() == before)
    }

    @Test(arguments: ["done", "failed", "retry"])
    func `finds a result without its job, and removes it when it is old`(state: String) throws {
        try checked.put(checked.document(), in: state, withJob: false)
        let place = "orphan_result \(state)/job.result.json"
        #expect(try checked.marks() == [place])
        #expect(try checked.marks(repair: true) == [place])
        #expect(try checked.marks(later: .twoHours) == [place])
        #expect(scratch.exists("\(state)/job.result.json"))
        #expect(try checked.marks(repair: true, later: .twoHours) == ["\(place) repaired"])
        #expect(try scratch.list(state).isEmpty)
    }

    @Test func `removes a result at once whose job ended elsewhere, also under another name`() throws {
        try checked.put(checked.document(.failed), in: "failed", withJob: false)
        try checked.put(checked.document(), in: "done", as: "job~2")
        #expect(try checked.marks(repair: true) == ["orphan_result failed/job.result.json repaired"])
        #expect(try scratch.list("done").count == 2)
        // Another story of that name is no reason.
        try checked.put(checked.document(.failed, id: "other"), in: "failed", withJob: false)
        #expect(try checked.marks(repair: true) == ["orphan_result failed/job.result.json"])
    }

    @Test func `leaves the result of a job that was put back to the worker that claims it`() throws {
        try checked.put(checked.document(.failed), in: "failed", withJob: false)
        try scratch.write("{}", to: "incoming/job.json")
        #expect(try checked.marks(repair: true, later: .twoHours).isEmpty)
        let lease = try checked.worker("alive")
        let moves = JobMoves(spool: checked.spool, lease: lease, durability: .none)
        // A constant that is a job's name.
        let name = JobName("job.json")!
        #expect(try moves.claim(name, from: checked.spool[.incoming], as: name))
        #expect(try checked.marks(repair: true, later: .twoHours).isEmpty)
        #expect(scratch.exists("failed/job.result.json"))
    }

    @Test func `finds a worker whose process is there and that is silent, and leaves what it holds`() throws {
        let lease = try checked.worker("stopped", seconds: 30)
        try scratch.write("{}", to: "processing/stopped/job.json")
        #expect(try checked.marks(repair: true).isEmpty)
        let findings = try checked.check(repair: true, later: .twoHours)
        #expect(findings.map(\.code) == [.silentWorker] && findings.map(\.path) == ["processing/stopped"])
        let message = try #require(findings.first?.message)
        #expect(
            message.contains("has not shown for 7200 s") || message.contains("has not shown for 7201 s"), "\(message)")
        #expect(scratch.exists("processing/stopped/job.json"))
        withExtendedLifetime(lease) {}
    }

    @Test(arguments: [true, false])
    func `leaves a commit that is under way, also under another name`(isAlive: Bool) throws {
        var lease: WorkerLease? = try checked.worker("w1")
        try scratch.write("{}", to: "processing/w1/job.json")
        try scratch.write(
            checked.document(.processing, by: "w1").json.text(), to: "processing/w1/job.result.json")
        try checked.put(checked.document(by: "w1"), in: "done", as: "job~2", withJob: false)
        if !isAlive { lease = nil }
        #expect(
            try checked.marks(repair: true, later: .twoHours) == (isAlive ? [] : ["dead_worker_jobs processing/w1"]))
        #expect(scratch.exists("done/job~2.result.json"))
        withExtendedLifetime(lease) {}
    }

    @Test(arguments: ["done", "failed", "retry"], ["", "{\"milliseconds\": inf}", "{\"version\": 2}"])
    func `finds a result that is not one, and leaves it`(state: String, text: String) throws {
        try scratch.write("{}", to: "\(state)/job.json")
        try scratch.write(text, to: "\(state)/job.result.json")
        #expect(
            try checked.marks(repair: true, later: .twoHours) == ["result_unreadable \(state)/job.result.json"])
        try FileManager.default.removeItem(atPath: scratch.path.appending("\(state)/job.json").string)
        #expect(
            try checked.marks(repair: true, later: .twoHours) == ["result_unreadable \(state)/job.result.json"])
        #expect(try scratch.read("\(state)/job.result.json") == text)
    }

    @Test func `names a history that was kept aside`() throws {
        try scratch.write("half", to: "failed/job.id-1.unreadable")
        #expect(try checked.marks(repair: true) == ["result_unreadable failed/job.id-1.unreadable"])
    }

    @Test(arguments: ["done", "failed"])
    func `finds a job that has ended without a result, and makes none up`(state: String) throws {
        try scratch.write("{}", to: "\(state)/job.json")
        #expect(try checked.marks(repair: true, later: .twoHours) == ["job_without_result \(state)/job.json"])
        #expect(try scratch.list(state) == ["job.json"])
    }

    @Test func `lets a job wait in retry without a result, as one that was put there by hand`() throws {
        try scratch.write("{}", to: "retry/job.json")
        #expect(try checked.marks().isEmpty)
    }

    @Test func `finds one file in two places, and one story`() throws {
        try checked.put(checked.document(.failed), in: "failed")
        try checked.put(checked.document(), in: "done")
        #expect(try checked.marks(repair: true) == ["job_in_two_places done/job.json"])
        try checked.put(checked.document(.failed, id: "another"), in: "failed")
        #expect(try checked.marks(repair: true).isEmpty)
        try scratch.write("{}", to: "incoming/linked.json")
        for folder in ["processing/alive", "retry"] {
            _ = try FileManager.default.createDirectory(
                atPath: scratch.path.pushing(FilePath(folder)).string, withIntermediateDirectories: true)
            try FileManager.default.linkItem(
                atPath: scratch.path.appending("incoming/linked.json").string,
                toPath: scratch.path.pushing(FilePath("\(folder)/linked.json")).string)
        }
        let lease = try checked.worker("alive")
        #expect(
            try checked.marks(repair: true) == [
                "job_in_two_places processing/alive/linked.json", "job_in_two_places processing/alive/linked.json",
                "job_in_two_places incoming/linked.json",
            ])
        withExtendedLifetime(lease) {}
    }

    @Test func `finds no twin in a job that its producer has linked from elsewhere`() throws {
        try scratch.write("{}", to: "mine/job.json")
        try FileManager.default.linkItem(
            atPath: scratch.path.appending("mine/job.json").string,
            toPath: scratch.path.appending("incoming/job.json").string)
        #expect(try checked.marks().isEmpty)
    }

    @Test func `names what is no job, and never removes it`() throws {
        try scratch.write("", to: "incoming/photo.jpg")
        try scratch.write("", to: "incoming/job.result.json")
        try scratch.write("", to: "done/notes.txt")
        try scratch.write("", to: "processing/stray.json")
        try scratch.write("", to: "retry/folder.json/inside")
        try scratch.write("", to: "failed/folder.result.json/inside")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path.appending("incoming/link.json").string, withDestinationPath: "/etc/passwd")
        #expect(
            try checked.marks(repair: true, later: .twoHours).sorted() == [
                "foreign_file done/notes.txt", "foreign_file failed/folder.result.json",
                "foreign_file incoming/job.result.json", "foreign_file incoming/link.json",
                "foreign_file incoming/photo.jpg", "foreign_file processing/stray.json",
                "foreign_file retry/folder.json",
            ])
        #expect(try scratch.list("incoming").count == 3)
        #expect(scratch.exists("done/notes.txt") && scratch.exists("retry/folder.json/inside"))
    }

    @Test func `lets a folder or a link lie in failed that was refused as a job`() throws {
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path.appending("failed/job.json").string, withDestinationPath: "/etc/passwd")
        try checked.put(checked.document(.failed), in: "failed", withJob: false)
        #expect(try checked.marks(repair: true, later: .twoHours).isEmpty)
    }

    @Test func `tells of jobs whose time is far ahead`() throws {
        try scratch.write("{}", to: "retry/job.json")
        try scratch.write("{}", to: "incoming/job.json")
        let now = Int64(Date().timeIntervalSince1970 * 1e9)
        let hour: Int64 = 3_600_000_000_000
        for state in [SpoolFolder.retry, .incoming] {
            try checked.spool[state].setModified("job.json", now + 20 * hour)
        }
        #expect(try checked.marks().isEmpty)
        for state in [SpoolFolder.retry, .incoming] {
            try checked.spool[state].setModified("job.json", now + 25 * hour)
        }
        #expect(
            try checked.marks(repair: true) == ["time_in_future incoming/job.json", "retry_far_ahead retry/job.json"])
        try checked.spool[.incoming].setModified("job.json", 0)
        try checked.spool[.retry].setModified("job.json", 0)
        // The clock was set back after the files were made.
        #expect(
            try checked.marks(later: .seconds(-172_800)) == [
                "time_in_future incoming/job.json", "time_in_future retry/job.json",
            ])
    }
}
