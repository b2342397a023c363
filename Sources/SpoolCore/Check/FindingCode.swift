/// What a check can find. The list is closed, docs/check.md tells of each, and no meaning changes with a new version.
public enum FindingCode: String, Sendable, Equatable, CaseIterable {
    // The folders and the file system
    /// A folder of the spool is missing.
    case folderMissing = "folder_missing"
    /// A file or a symbolic link is in the place of a folder.
    case notAFolder = "not_a_folder"
    /// This user may not read, write or rename in a folder.
    case folderAccess = "folder_access"
    /// A folder's sticky bit keeps this user from moving the jobs of others.
    case folderSticky = "folder_sticky"
    /// The file system of a folder is mounted read-only.
    case readOnly = "read_only"
    /// A state folder is a mount of its own, so jobs cannot be renamed into it.
    case severalFileSystems = "several_file_systems"
    /// The file system grants no locks.
    case noLocks = "no_locks"
    /// Less space or fewer inodes are left than workers want.
    case littleSpace = "little_space"
    /// The clocks of the file system and of this host are more than ten seconds apart.
    case clockSkew = "clock_skew"
    /// The file system cannot rename without replacing in one step.
    case noExclusiveRename = "no_exclusive_rename"
    /// Events of new jobs do not arrive.
    case noEvents = "no_events"

    // The workers
    /// A worker has not shown that it lives for longer than its lease holds.
    case silentWorker = "silent_worker"
    /// Jobs lie with a worker that died.
    case deadWorkerJobs = "dead_worker_jobs"
    /// The lease or the empty claim folder of a worker that died.
    case deadWorker = "dead_worker"

    // The jobs and their results
    /// A job is in two folders under one name.
    case jobInTwoPlaces = "job_in_two_places"
    /// A job that ended has no result.
    case jobWithoutResult = "job_without_result"
    /// A result lies without its job.
    case orphanResult = "orphan_result"
    /// A result cannot be read.
    case resultUnreadable = "result_unreadable"
    /// This user may not read a job that waits.
    case jobUnreadable = "job_unreadable"
    /// The time of a job in `retry` is more than a day ahead.
    case retryFarAhead = "retry_far_ahead"
    /// The times of a job are more than a day ahead.
    case timeInFuture = "time_in_future"

    // What does not belong there
    /// A name that is neither a job nor a result.
    case foreignFile = "foreign_file"
    /// A temporary of this program whose process has ended.
    case leftover = "leftover"
    /// An old temporary of a producer.
    case forgottenTemporary = "forgotten_temporary"
    /// This user could not look at a place.
    case notChecked = "not_checked"

    /// How bad a finding is.
    public enum Severity: String, Sendable, Equatable, CaseIterable {
        /// Workers cannot serve the spool as it is, or a job may be done twice.
        case error
        /// Something waits for a person.
        case warning
        /// Good to know; nothing has to be done.
        case note
    }

    /// How bad findings of this code are.
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
