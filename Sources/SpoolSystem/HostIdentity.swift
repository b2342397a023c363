import Glibc
import SystemPackage

/// What tells this machine from others.
package struct HostIdentity: Sendable, Equatable {
    /// The host's name. Two machines can have the same.
    package var name: String
    /// The kernel's id of this boot; containers of one kernel share it, as they share its locks.
    package var boot: String
    /// The machine's id, which outlives a boot; empty where it has none. Copies of a machine can have the same.
    package var machine: String

    package init(name: String, boot: String, machine: String) {
        self.name = name
        self.boot = boot
        self.machine = machine
    }

    package static func current() -> HostIdentity {
        HostIdentity(
            name: hostName(), boot: line(of: "/proc/sys/kernel/random/boot_id"), machine: line(of: "/etc/machine-id"))
    }

    private static func hostName() -> String {
        let name = unsafe [UInt8](unsafeUninitializedCapacity: 256) { buffer, initialized in
            let result = unsafe buffer.withMemoryRebound(to: CChar.self) { unsafe gethostname($0.baseAddress!, 255) }
            initialized = result == 0 ? unsafe buffer.prefix(255).firstIndex(of: 0) ?? 255 : 0
        }
        return name.isEmpty ? "localhost" : String(decoding: name, as: UTF8.self)
    }

    /// Empty if it cannot be read, which only makes a host harder to recognise.
    private static func line(of path: FilePath) -> String { SmallFile.line(of: path) ?? "" }
}
