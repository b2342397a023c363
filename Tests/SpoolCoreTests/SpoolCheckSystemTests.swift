import FoundationEssentials
import SpoolSystem
import SystemPackage
import TestSupport
import Testing

@testable import SpoolCore

@Suite struct `A check of folders and file systems` {
    let checked: CheckedSpool
    var scratch: ScratchFolder { checked.scratch }

    init() throws { checked = try CheckedSpool() }

    /// What a part of a check tells, of a clock that is what the test says.
    private func marks(
        of clock: SpoolClock = SpoolClock(fileSystem: 0, host: 0), _ part: (CheckRound) throws -> Void
    ) rethrows -> [FindingCode] {
        var findings: [FindingCode] = []
        try part(
            CheckRound(spool: checked.spool, repairs: false, clock: clock) { findings.append($0.code) })
        return findings
    }

    @Test(arguments: ["retry", "output", "processing"])
    func `makes a folder that is missing, and looks on`(folder: String) throws {
        try FileManager.default.removeItem(atPath: scratch.path.appending(folder).string)
        try scratch.write("", to: "done/notes.txt")
        #expect(try checked.marks() == ["folder_missing \(folder)"])
        #expect(!scratch.exists(folder))
        #expect(
            try checked.marks(repair: true) == ["folder_missing \(folder) repaired", "foreign_file done/notes.txt"])
        #expect(scratch.exists(folder))
    }

    @Test func `makes the folder of the leases`() throws {
        try FileManager.default.removeItem(atPath: scratch.path.appending(".spool/workers").string)
        #expect(try checked.marks(repair: true) == ["folder_missing .spool/workers repaired"])
        #expect(try checked.marks().isEmpty)
    }

    @Test func `tells of a link in a folder's place, and follows it nowhere`() throws {
        try FileManager.default.moveItem(
            atPath: scratch.path.appending("done").string, toPath: scratch.path.appending("other").string)
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path.appending("done").string, withDestinationPath: "other")
        let findings = try checked.check(repair: true, later: .twoHours)
        #expect(findings.map(\.code) == [.notAFolder])
        #expect(findings.first?.message.contains("symbolic link") == true)
    }

    @Test func `refuses what is no spool, and makes nothing there`() throws {
        let plain = try ScratchFolder()
        let error = #expect(throws: SpoolError.self) { try SpoolCheck(repairs: true).run(on: plain.path) { _ in } }
        #expect(error?.code == .notASpool)
        #expect(try plain.list().isEmpty)
    }

    @Test func `tells what a file system lacks`() throws {
        let traits = try FileSystemTraits(of: checked.spool[.tmp])
        #expect(marks { MountCheck($0).tell(traits) }.isEmpty)
        #expect(try scratch.list("tmp").isEmpty)
        var poor = traits
        poor.locks = false
        #expect(marks { MountCheck($0).tell(poor) } == [.noLocks])
        poor.renamesExclusively = false
        #expect(marks { MountCheck($0).tell(poor) } == [.noLocks, .noExclusiveRename])
    }

    @Test func `tells of clocks that disagree, either way`() {
        let second: Int64 = 1_000_000_000
        for (host, expected) in [(9, []), (11, [FindingCode.clockSkew]), (-9, []), (-11, [.clockSkew])] as [(Int64, _)]
        {
            let clock = SpoolClock(fileSystem: 100 * second, host: (100 + host) * second)
            #expect(marks(of: clock) { ClockCheck($0).run() } == expected)
        }
    }

    @Test func `reads the clock of the file system`() throws {
        let clock = SpoolClock(of: checked.spool[.tmp], lead: .zero)
        #expect(clock.isMeasured)
        let status = try checked.spool[.tmp].create("later").status()
        #expect(status.changed >= clock.fileSystem)
        #expect(!clock.isOld(status))
        #expect(SpoolClock(of: checked.spool[.tmp], lead: .seconds(3610)).isOld(status))
        #expect(!SpoolClock(of: checked.spool[.tmp], lead: .seconds(3590)).isOld(status))
        let gone = checked.spool[.tmp]
        try FileManager.default.removeItem(atPath: scratch.path.appending("tmp").string)
        #expect(!SpoolClock(of: gone, lead: .zero).isMeasured)
    }
}
