/// What a check can find. The list is closed, docs/check.md tells of each, and no meaning changes with a new version.
public enum FindingCode: String, Sendable, Equatable, CaseIterable {
    // The folders and the file system
    case folderMissing = "folder_missing"
    case notAFolder = "not_a_folder"
    case folderAccess = "folder_access"
    case folderSticky = "folder_sticky"
    case readOnly = "read_only"
    case severalFileSystems = "several_file_systems"
    case noLocks = "no_locks"
    case littleSpace = "little_space"
    case clockSkew = "clock_skew"
    case noExclusiveRename = "no_exclusive_rename"
    case noEvents = "no_events"

    // The workers
    case silentWorker = "silent_worker"
    case deadWorkerJobs = "dead_worker_jobs"
    case deadWorker = "dead_worker"

    // The jobs and their results
    case jobInTwoPlaces = "job_in_two_places"
    case jobWithoutResult = "job_without_result"
    case orphanResult = "orphan_result"
    case resultUnreadable = "result_unreadable"
    case jobUnreadable = "job_unreadable"
    case retryFarAhead = "retry_far_ahead"
    case timeInFuture = "time_in_future"

    // What does not belong there
    case foreignFile = "foreign_file"
    case leftover = "leftover"
    case forgottenTemporary = "forgotten_temporary"
    case notChecked = "not_checked"

    public enum Severity: String, Sendable, Equatable, CaseIterable {
        /// Workers cannot serve the spool as it is, or a job may be done twice.
        case error
        /// Something waits for a person.
        case warning
        /// Good to know; nothing has to be done.
        case note
    }

    public var severity: Severity {
        switch self {
        case .folderMissing, .notAFolder, .folderAccess, .readOnly, .severalFileSystems, .noLocks, .jobInTwoPlaces:
            .error
        case .folderSticky, .littleSpace, .clockSkew, .silentWorker, .deadWorkerJobs, .jobWithoutResult, .orphanResult,
            .resultUnreadable, .jobUnreadable, .retryFarAhead, .foreignFile, .leftover, .notChecked:
            .warning
        case .noExclusiveRename, .noEvents, .deadWorker, .timeInFuture, .forgottenTemporary: .note
        }
    }
}
