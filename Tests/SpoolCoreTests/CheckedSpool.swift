import FoundationEssentials
import SpoolCore
import SpoolSystem
import SystemPackage
import TestSupport

/// A spool of a test's own that is checked.
struct CheckedSpool {
    let scratch: ScratchFolder
    let spool: Spool

    init() throws {
        scratch = try ScratchFolder()
        spool = try Spool.create(at: scratch.path)
    }

    /// - Parameter later: how much later it is taken to be; nobody can make a file old.
    func check(repair: Bool = false, later: Duration = .zero) throws -> [Finding] {
        var findings: [Finding] = []
        var check = SpoolCheck(repairs: repair)
        check.lead = later
        try check.run(on: scratch.path) { findings.append($0) }
        return findings
    }

    /// The codes and places of what is found, with a mark at what was repaired.
    func marks(repair: Bool = false, later: Duration = .zero) throws -> [String] {
        try check(repair: repair, later: later).map {
            "\($0.code.rawValue) \($0.path)\($0.repaired ? " repaired" : "")"
        }
    }

    func document(
        _ status: ResultDocument.Status = .done, id: String = "id-1", job: String = "job.json",
        by worker: String = "gone"
    ) -> ResultDocument {
        ResultDocument(
            job: job, id: id, state: .of(status), worker: .named(worker), submittedAt: Date(), claimedAt: Date())
    }

    /// Puts a result in place, and a job beside it if that is wanted.
    func put(_ document: ResultDocument, in folder: String, as stem: String = "job", withJob: Bool = true) throws {
        if withJob { try scratch.write("{}", to: "\(folder)/\(stem).json") }
        try scratch.write(document.json.text(), to: "\(folder)/\(stem).result.json")
    }

    /// A worker under this kernel, which lives as long as the value does: its death is seen at once.
    /// - Parameter seconds: for how long its lease holds; by default longer than tests look ahead.
    func worker(_ id: String, seconds: Double = 10_000) throws -> WorkerLease {
        try WorkerLease(in: spool, for: .named(id, on: .current(), seconds: seconds))
    }
}

extension Duration {
    static let twoHours = Duration.seconds(7200)
}
