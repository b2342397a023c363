import SpoolSystem
import SystemPackage

/// One walk through a folder of jobs that lie side by side.
struct StateCheck {
    private let round: CheckRound
    private let state: SpoolFolder
    private let folder: Folder
    private let results: ResultCheck
    private let twins: TwinCheck
    private let strays: StrayCheck
    /// Where a twin of a job is looked for.
    private let later: [SpoolFolder]

    init(_ round: CheckRound, _ state: SpoolFolder) {
        self.round = round
        self.state = state
        folder = round.spool[state]
        results = ResultCheck(round, state)
        twins = TwinCheck(round)
        strays = StrayCheck(round)
        later = TwinCheck.places(after: state)
    }

    func run() throws(SystemFailure) {
        try round.looking(at: FilePath(state.rawValue)) { () throws(SystemFailure) in
            var listing = try folder.listing()
            while let name = try listing.next() {
                try round.looking(at: .of(state, name)) { () throws(SystemFailure) in try check(name) }
            }
        }
    }

    private func check(_ name: FilePath.Component) throws(SystemFailure) {
        // One that is gone by now has moved on.
        guard let status = try folder.status(of: name) else { return }
        if name.isHidden { return strays.checkHidden(name, status, in: folder, .of(state, name)) }
        if let job = JobName(name) {
            try check(job, status)
        } else if state.hasDocuments, status.kind == .regular, let job = JobName(ofResult: name) {
            try results.checkResult(name, status, of: job)
        } else if state == .failed, name.string.hasSuffix(JobName.unreadableSuffix) {
            round.find(
                .resultUnreadable, .of(state, name),
                "has the attempts of a job that a worker could not read; look at it, then remove it")
        } else {
            strays.tellForeign(name, status, .of(state, name), isWaiting: !state.hasDocuments)
        }
    }

    private func check(_ job: JobName, _ status: FileStatus) throws(SystemFailure) {
        if status.kind != .regular, try folder.status(of: job.result) == nil {
            // Workers refuse it, and then it lies in failed with a result.
            return strays.tellForeign(job.file, status, .of(state, job.file), isWaiting: !state.hasDocuments)
        }
        if state.isWaiting, status.kind == .regular,
            folder.denial(of: .read, to: job.file) == .permissionDenied
        {
            round.find(
                .jobUnreadable, .of(state, job.file),
                "this user may not read the job, and as a worker's user would fail it; chmod it")
        }
        try tellTime(job, status)
        if [.done, .failed].contains(state) { try results.checkJob(job, status) }
        try twins.check(job, status, in: folder, .of(state, job.file), later: later)
    }

    private func tellTime(_ job: JobName, _ status: FileStatus) throws(SystemFailure) {
        if state == .retry, round.clock.isFarAhead(status.modified) {
            // The job asks for it.
            if case .document(let document) = try ResultDocument.history(job.result, in: folder),
                document.attempts.isEmpty, document.retryAt != nil
            {
                return
            }
            round.find(
                .retryFarAhead, .of(state, job.file),
                "its modification time, until which it waits, is more than a day ahead; workers take it for due if it is "
                    + "further ahead than their retry-max-delay; to try it now: spool-worker retry \(job)")
        } else if round.clock.isFarAhead(status) {
            round.find(
                .timeInFuture, .of(state, job.file),
                "has a time that is more than a day ahead: a clock was wrong, or a copy kept its source's time")
        }
    }
}
