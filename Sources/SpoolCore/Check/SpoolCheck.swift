import SpoolSystem
public import SystemPackage

/// A look at a spool for what should not be, beside running workers or without any.
///
/// It holds no list of names, so a spool of a million jobs takes the memory of a small one; findings are told one by
/// one, those of one place together. What the workers do meanwhile is no finding: what looks odd is looked at again
/// after the places where its job may be on its way.
///
/// Empty hidden files are made and removed again to see how the file system behaves, also without repairs.
public struct SpoolCheck: Sendable {
    /// Whether what is clearly wrong, and clearly nobody's any more, is mended.
    public var repairs: Bool
    /// How much later it is taken to be than it is: for tests, since nobody can set the time of a file's last change.
    package var lead: Duration = .zero

    /// A check that repairs only if asked to.
    public init(repairs: Bool = false) { self.repairs = repairs }

    /// Checks the spool at `path`. The call blocks on the file system.
    /// - Returns: the spool, or nil if its folders are not as they must be: then nothing else was looked at.
    /// - Throws: `missing`, `notASpool` and `unknownFormat` for what is no spool, and `system` if the file system fails
    ///   otherwise than by refusing this user something.
    @discardableResult
    public func run(
        on path: FilePath, _ report: @escaping (Finding) -> Void
    ) throws(SpoolError) -> Spool? {
        let root = try Spool.root(at: path)
        _ = try Spool.marker(in: root)
        do throws(SystemFailure) {
            guard try LayoutCheck(root: root, repairs: repairs, report: report).run() else { return nil }
        } catch {
            throw SpoolError(error)
        }
        let spool = try Spool(at: path)
        do throws(SystemFailure) {
            try run(in: spool, report)
        } catch {
            throw SpoolError(error)
        }
        return spool
    }

    private func run(in spool: Spool, _ report: @escaping (Finding) -> Void) throws(SystemFailure) {
        let clock = SpoolClock(of: spool[.tmp], lead: lead)
        let round = CheckRound(spool: spool, repairs: repairs && clock.isMeasured, clock: clock, report: report)
        try AccessCheck(round).run()
        MountCheck(round).run()
        ClockCheck(round).run()
        let workers = try WorkerCheck(round).run()
        for state in SpoolFolder.plainStates { try StateCheck(round, state).run() }
        try StagingCheck(round, workers: workers).run()
        try OwnImageCheck(round).run()
        try OutputCheck(round).run()
    }
}
