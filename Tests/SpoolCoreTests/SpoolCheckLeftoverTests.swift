import FoundationEssentials
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@Suite struct `A check of what was left behind` {
    private static let uuid = "01890a5d-ac96-774b-bcce-b302099a8057"

    let checked: CheckedSpool
    var scratch: ScratchFolder { checked.scratch }

    init() throws { checked = try CheckedSpool() }

    /// Files of everything that a live worker makes on its way.
    private func work(as id: String) throws -> [String] {
        let files = [
            "processing/\(id)/job.json", "processing/\(id)/job.result.json", "processing/\(id)/.record-1",
            "tmp/.\(id).\(Self.uuid).tmp", "output/a/b/.spool-\(id)-\(Self.uuid)-0.tmp",
        ]
        for file in files { try scratch.write("", to: file) }
        var document = checked.document(.processing, by: id)
        document.id = Self.uuid
        try scratch.write(document.json.text(), to: files[1])
        return files + [".spool/workers/\(id).json"]
    }

    @Test func `touches nothing of a worker that lives, however old`() throws {
        let lease = try checked.worker("alive")
        let files = try work(as: "alive")
        #expect(try checked.marks(repair: true, later: .twoHours).isEmpty)
        for file in files { #expect(scratch.exists(file), "\(file)") }
        withExtendedLifetime(lease) {}
    }

    @Test func `touches no claim folder of a worker that lives, also without a job`() throws {
        let lease = try checked.worker("alive")
        #expect(try checked.marks(repair: true, later: .twoHours).isEmpty)
        #expect(try lease.beat(now: 1))
    }

    @Test func `believes a lock more than a beat that stands still, and a beat more than a clock`() throws {
        // Of another host, whose clock is years behind, and two hours without a beat: it seems dead.
        var far: WorkerLease? = try WorkerLease(in: checked.spool, for: .named("far", on: .elsewhere))
        try checked.spool[.control].folder("workers").setModified("far.json", 1)
        #expect(try checked.marks(repair: true, later: .twoHours).isEmpty)
        #expect(try far?.beat(now: 1) == true)
        far = nil
        try checked.spool[.control].folder("workers").setModified("far.json", 1)
        // It may have died, but the beat is young.
        #expect(try checked.marks(repair: true).isEmpty)
        #expect(try checked.marks(repair: true, later: .twoHours) == ["dead_worker processing/far repaired"])
    }

    @Test func `clears away what a dead worker left, but for its jobs, when it is old`() throws {
        _ = try checked.worker("dead")
        _ = try work(as: "dead")
        #expect(
            try checked.marks(repair: true, later: .twoHours) == [
                "dead_worker_jobs processing/dead", "leftover tmp/.dead.\(Self.uuid).tmp repaired",
            ])
        #expect(try scratch.list("processing/dead").count == 3)
        #expect(try scratch.list("output/a/b").count == 1)
        try FileManager.default.removeItem(atPath: scratch.path.appending("processing/dead/job.json").string)
        #expect(try checked.marks(repair: true) == ["dead_worker processing/dead"])
        #expect(
            try checked.marks(repair: true, later: .twoHours) == [
                "dead_worker processing/dead repaired", "leftover output/a/b/.spool-dead-\(Self.uuid)-0.tmp repaired",
            ])
        #expect(try scratch.list("processing").isEmpty)
        #expect(try scratch.list(".spool/workers").isEmpty)
        #expect(try checked.marks().isEmpty)
    }

    @Test func `clears away leases without claim folders`() throws {
        _ = try checked.worker("dead")
        try FileManager.default.removeItem(atPath: scratch.path.appending("processing/dead").string)
        #expect(try checked.marks(repair: true).isEmpty)
        #expect(
            try checked.marks(repair: true, later: .twoHours).sorted() == [
                "dead_worker .spool/workers/dead.json repaired"
            ])
        #expect(try scratch.list(".spool/workers").isEmpty)
    }

    @Test func `names what keeps a dead worker's folder`() throws {
        _ = try checked.worker("dead")
        try scratch.write("", to: "processing/dead/notes.txt")
        #expect(
            try checked.marks(repair: true, later: .twoHours) == ["foreign_file processing/dead/notes.txt"])
        #expect(scratch.exists("processing/dead/notes.txt"))
    }

    @Test func `removes unfinished documents when they are old, and names what producers forgot`() throws {
        try scratch.write("", to: "tmp/.submit.\(Self.uuid).tmp")
        try scratch.write("", to: "tmp/.photo.part.tmp")
        try scratch.write("", to: "tmp/staged.json")
        try scratch.write("", to: "incoming/.half.json")
        #expect(try checked.marks(repair: true).isEmpty)
        #expect(
            try checked.marks(repair: true, later: .twoHours).sorted() == [
                "forgotten_temporary incoming/.half.json", "forgotten_temporary tmp/.photo.part.tmp",
                "forgotten_temporary tmp/staged.json", "leftover tmp/.submit.\(Self.uuid).tmp repaired",
            ])
        #expect(try scratch.list("tmp") == [".photo.part.tmp", "staged.json"])
        #expect(try scratch.list("incoming") == [".half.json"])
    }

    @Test(arguments: ["incoming", "processing", "retry", "done", "failed", "tmp", ".spool"])
    func `removes probes when they are old`(folder: String) throws {
        try scratch.write("", to: "\(folder)/.probe-1")
        #expect(try checked.marks(repair: true).isEmpty)
        #expect(try checked.marks(later: .twoHours) == ["leftover \(folder)/.probe-1"])
        #expect(try checked.marks(repair: true, later: .twoHours) == ["leftover \(folder)/.probe-1 repaired"])
        #expect(try !scratch.list(folder).contains(".probe-1"))
    }

    @Test func `removes renditions that were never finished, beneath output alone`() throws {
        try scratch.write("", to: "output/deep/er/.spool-w-1-\(Self.uuid)-10.tmp")
        try scratch.write("", to: "elsewhere/.spool-w-1-\(Self.uuid)-10.tmp")
        for kept in ["output/.spool-notes.tmp", "output/.spool-a-b-c.tmp", "output/x.png", "output/.hidden"] {
            try scratch.write("", to: kept)
        }
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path.appending("output/link").string, withDestinationPath: "../elsewhere")
        #expect(try checked.marks(repair: true).isEmpty)
        #expect(
            try checked.marks(repair: true, later: .twoHours) == [
                "leftover output/deep/er/.spool-w-1-\(Self.uuid)-10.tmp repaired"
            ])
        #expect(try scratch.list("output").count == 6)
        #expect(try scratch.list("output/deep/er").isEmpty)
        #expect(try scratch.list("elsewhere").count == 1)
    }

    @Test func `says where it did not look`() throws {
        let deep = Array(repeating: "d", count: 101).joined(separator: "/")
        try scratch.write("", to: "output/\(deep)/x")
        let findings = try checked.check()
        #expect(findings.map(\.code) == [.notChecked])
        #expect(findings.first?.path.components.count == 101)
    }
}
