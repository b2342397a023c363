import CInotifyTools
import Glibc
import SpoolCore
import SpoolSystem
import Synchronization
import SystemPackage

/// The one thread that owns libinotifytools, which keeps its state in statics.
///
/// It waits for events with no end in sight but for a tick a second, in which it looks whether the folder is still the
/// one that it watches, and whether it should stop.
final class InotifyThread: Sendable {
    /// What the thread tells; called on the thread.
    struct Handler: Sendable {
        var happened: @Sendable (FilePath.Component, NameEvent) -> Void
        /// The kernel's queue was full.
        var eventsLost: @Sendable () -> Void
        /// A new watch began: only a listing knows what is there.
        var scanNeeded: @Sendable () -> Void
        /// No watch is in place any more; the thread tries again at every tick.
        var watchLost: @Sendable (_ reason: String) -> Void
        var watchRestored: @Sendable () -> Void
    }

    /// The worker's own reading and claiming raises none of these, but for what it puts back.
    private static let interest = IN_MOVED_TO | IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_ONLYDIR
    private static let tickSeconds = 1
    /// Held by the one thread that uses the library.
    private static let owner = ThreadOwner()

    private let folder: FilePath
    private let handler: Handler
    private let isStopped = Atomic(false)

    private init(_ folder: FilePath, _ handler: Handler) {
        self.folder = folder
        self.handler = handler
    }

    /// Starts the thread and waits until the watch is in place.
    static func start(watching folder: FilePath, handler: Handler) throws(SystemFailure) -> InotifyThread {
        let thread = InotifyThread(folder, handler)
        let outcome = StartOutcome()
        guard Thread.tryStart({ thread.run(outcome) }) else { throw SystemFailure("start a", "thread", .last) }
        if let failure = outcome.wait() { throw failure }
        return thread
    }

    /// Asks the thread to end, which it does within a tick.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func run(_ outcome: StartOutcome) {
        Self.owner.acquire()
        defer { Self.owner.release() }
        guard inotifytools_initialize() != 0 else {
            outcome.set(SystemFailure("start inotify for", folder, Errno(rawValue: inotifytools_error())))
            return
        }
        defer { inotifytools_cleanup() }
        var watched: FileStatus?
        do throws(SystemFailure) {
            watched = try watch()
        } catch {
            outcome.set(error)
            return
        }
        outcome.set(nil)
        while !isStopped.load(ordering: .relaxed) {
            if let event = unsafe inotifytools_next_event(Self.tickSeconds) {
                unsafe handle(event)
            } else {
                watched = check(watched)
            }
        }
    }

    private func watch() throws(SystemFailure) -> FileStatus {
        // A watch follows the folder's inode; one that is left from a replaced folder would only repeat its events.
        unsafe folder.withPlatformString { _ = unsafe inotifytools_remove_watch_by_filename($0) }
        let result = unsafe folder.withPlatformString { unsafe inotifytools_watch_file($0, Int32(Self.interest)) }
        guard result != 0 else { throw SystemFailure("watch", folder, Errno(rawValue: inotifytools_error())) }
        return try Folder(at: folder).status()
    }

    private func handle(_ event: UnsafeMutablePointer<inotify_event>) {
        let mask = unsafe event.pointee.mask
        if mask & UInt32(IN_Q_OVERFLOW) != 0 {
            handler.eventsLost()
        } else if unsafe event.pointee.len > 0, let what = NameEvent(mask), let name = unsafe Self.name(of: event) {
            handler.happened(name, what)
        }
    }

    private static func name(of event: UnsafeMutablePointer<inotify_event>) -> FilePath.Component? {
        let text = unsafe UnsafeRawPointer(event).advanced(by: MemoryLayout<inotify_event>.size)
        return unsafe FilePath.Component(platformString: text.assumingMemoryBound(to: CChar.self))
    }

    /// Begins a new watch if the folder was replaced: deleted and made again, or mounted over.
    private func check(_ watched: FileStatus?) -> FileStatus? {
        do throws(SystemFailure) {
            let now = try Folder(at: folder).status()
            if let watched, watched.isSameFile(as: now) { return watched }
            let new = try watch()
            handler.watchRestored()
            handler.scanNeeded()
            return new
        } catch {
            if watched != nil { handler.watchLost("\(error)") }
            return nil
        }
    }
}

extension NameEvent {
    fileprivate init?(_ mask: UInt32) {
        switch Int32(truncatingIfNeeded: mask) & (IN_MOVED_TO | IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB) {
        case IN_MOVED_TO: self = .arrived
        case IN_CREATE: self = .created
        case IN_MODIFY: self = .written
        case IN_CLOSE_WRITE: self = .closed
        case IN_ATTRIB: self = .touched
        default: return nil
        }
    }
}
