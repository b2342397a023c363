import CSpoolSystem
import Glibc

/// The service manager that has started this process and wants to hear of it, as systemd does of a service of
/// `Type=notify`. The protocol is that of sd_notify(3): datagrams of lines.
package struct ServiceManager: Sendable {
    private let socket: String
    /// How often it must hear ``Notice/alive`` at least, or it takes the process for hung; nil if it does not mind.
    package let watchdog: Duration?

    package enum Notice: Sendable {
        case ready
        case reloading
        case stopping
        case alive
        /// What the service is at, for `systemctl status`; one line.
        case status(String)
    }

    /// - Returns: nil if there is none.
    package init?(environment: [String: String]) {
        guard let socket = environment["NOTIFY_SOCKET"], let first = socket.first, "/@".contains(first) else {
            return nil
        }
        self.socket = socket
        // The variables are inherited, and may be meant for the parent.
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        watchdog = isMeant ? environment["WATCHDOG_USEC"].flatMap(Int.init).map { .microseconds($0) } : nil
    }

    /// Tells it; a manager that does not listen is left alone.
    package func tell(_ notices: Notice...) {
        let message = notices.map(\.line).joined(separator: "\n")
        _ = unsafe spool_send_datagram(socket, message, message.utf8.count, -1)
    }
}

extension ServiceManager.Notice {
    fileprivate var line: String {
        switch self {
        case .ready: "READY=1"
        // With the time of CLOCK_MONOTONIC, so that the manager knows which READY belongs to it.
        case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicMicroseconds)"
        case .stopping: "STOPPING=1"
        case .alive: "WATCHDOG=1"
        case .status(let text): "STATUS=\(text.split(whereSeparator: \.isNewline).joined(separator: " "))"
        }
    }

    private static var monotonicMicroseconds: Int {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}
