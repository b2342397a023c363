import FoundationEssentials
import SpoolSystem
import SystemPackage

/// What time it is for a spool: files have the times of their file system's clock, which on a network is another host's.
struct SpoolClock {
    private static let hour: Int64 = 3_600_000_000_000
    private static let day = 24 * hour

    /// The file system's time when the check began, in nanoseconds since 1970; the host's if no file could be made.
    let fileSystem: Int64
    /// This host's time at that moment.
    let host: Int64
    /// Whether the file system's time is its own.
    let isMeasured: Bool
    /// How much later it is taken to be than it is.
    let lead: Duration

    /// Reads the clock of the folder's file system from a file that is made for that.
    init(of folder: Folder, lead: Duration) {
        self.lead = lead
        let lead = Int64(lead / .nanoseconds(1))
        let measured = ProbeFile.time(in: folder, by: ProbeFile.newName())
        host = Date().nanoseconds + lead
        fileSystem = measured.map { $0 + lead } ?? host
        isMeasured = measured != nil
    }

    init(fileSystem: Int64, host: Int64) {
        self.fileSystem = fileSystem
        self.host = host
        isMeasured = true
        lead = .zero
    }

    /// How far the file system's clock is ahead of the host's.
    var skew: Duration { .nanoseconds(fileSystem - host) }

    /// Whether the file has been as it is, and where it is, for more than an hour.
    func isOld(_ status: FileStatus) -> Bool { fileSystem - status.changed > Self.hour }

    /// Whether the file was changed, or says so, more than a day after now.
    func isFarAhead(_ status: FileStatus) -> Bool {
        status.changed - fileSystem > Self.day || status.modified - max(fileSystem, host) > Self.day
    }

    /// Whether a time that this host's clock decides about is more than a day away.
    func isFarAhead(_ nanoseconds: Int64) -> Bool { nanoseconds - host > Self.day }
}
