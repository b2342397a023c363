import Glibc
import SystemPackage

/// The memory that this process and its children can have.
package enum HostMemory {
    /// Bytes: the machine's, or less where a control group allows less.
    package static var bytes: Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return min(machine > 0 ? machine : .max, controlGroup ?? .max)
    }

    /// The least that this process's control group or one around it allows; nil for no limit, or without such groups
    /// (cgroups of version 2).
    private static var controlGroup: Int? {
        guard
            let line = SmallFile.text(of: "/proc/self/cgroup")?.split(separator: "\n").first(where: {
                $0.hasPrefix("0::/")
            })
        else { return nil }
        var parts = line.dropFirst("0::/".count).split(separator: "/").map(String.init)
        var least: Int?
        while true {
            let folder = FilePath((["/sys/fs/cgroup"] + parts).joined(separator: "/"))
            for name in ["memory.max", "memory.high"] {
                // "max" is no number.
                guard let limit = SmallFile.line(of: folder.appending(name)).flatMap({ Int($0) }) else { continue }
                least = min(least ?? .max, limit)
            }
            if parts.isEmpty { return least }
            parts.removeLast()
        }
    }
}
