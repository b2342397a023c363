import CHostile
import Glibc
import SpoolJob
import SpoolSandbox
import SpoolSystem
import SpoolWire
import Synchronization

/// A renderer whose child does what the source file says, as if a decoder had been taken over. It runs in the real sandbox.
@main
enum HostileRenderer {
    static func main() {
        do {
            close(ChildProcess.programDescriptor)
            let mode = CommandLine.arguments.dropFirst().first.flatMap(SandboxMode.init) ?? .required
            let socket = MessageSocket(owning: ChildProcess.socketDescriptor)
            let fonts = CommandLine.arguments.count > 2 ? FontFolders.all : []
            try RendererParent(Puppet(supervisor: getppid()), to: socket, mode, readable: fonts).run()
        } catch {
            ProcessSetup.complain("\(error)")
            exit(EX_UNAVAILABLE)
        }
    }
}

/// Does the deed, and answers with what came of it.
struct Puppet: RendererProgram {
    let supervisor: pid_t

    package var libraryVersion: String { "hostile" }
    /// Called after the answer: a child that wants to stay does so here.
    package var notes: [RendererNote] {
        while Self.stays.withLock({ $0 }) { pause() }
        return [RendererNote(repeating: .infinity)]
    }
    private static let stays = Mutex(false)
    package func prepare(_ notes: [RendererNote]) {}

    package func answer(_ call: RendererCall, _ files: RendererFiles, _ channel: SupervisorChannel, _ budget: JobBudget)
        throws
        -> [UInt8]
    {
        let words = String(decoding: try files.source.read(upTo: 10_000), as: UTF8.self)
            .split(separator: " ", maxSplits: 1).map(String.init)
        let rest = words.count > 1 ? words[1] : ""
        switch words[0] {
        case "probe": return try told(probes().joined(separator: "; "))
        case "say": return Array(rest.utf8)
        case "write":
            try files.outputs[0].write(Array(rest.utf8))
            let digest = try FileDigest(of: files.outputs[0].descriptor)
            return rendered(bytes: digest.bytes, digest.sha256).message
        case "lie":
            try files.outputs[0].write(Array(rest.utf8))
            return rendered(bytes: rest.utf8.count, String(repeating: "0", count: 64)).message
        case "ask":
            // More than anybody has, again and again, and nonsense.
            for bytes in [Int.max, 1 << 50, -1, .min, .max] { try channel.waitForMemory(bytes) }
            return try told("let in")
        case "beg": while true { try channel.waitForMemory(.max) }
        case "boast":
            for _ in 0..<1000 { try channel.report(RenderProgress(renditions: .max, percent: .min)) }
            return try told("heard")
        case "report":
            try channel.report(RenderProgress(renditions: .max, percent: .min))
            return try told("heard")
        case "hang": while true { pause() }
        case "stay":
            Self.stays.withLock { $0 = true }
            try files.outputs[0].write(Array(rest.utf8))
            let digest = try FileDigest(of: files.outputs[0].descriptor)
            return rendered(bytes: digest.bytes, digest.sha256).message
        case "giant": return [UInt8](repeating: 0x20, count: 1 << 21)
        case "silence": exit(EXIT_SUCCESS)
        case "memory":
            hostile_take_memory()
            abort()
        case "demand":
            hostile_demand_memory()
            abort()
        case "threads": return try told("\(hostile_take_threads()) threads")
        case "spin":
            var turns: UInt64 = 0
            while true { turns &+= 1 }
        case "crash": abort()
        default: return try told("no such deed: \(words[0])")
        }
    }

    private func told(_ text: String) throws -> [UInt8] {
        ChildWord.reply(.failed(JobError(.renderFailed, text))).message
    }

    private func rendered(bytes: Int, _ sha256: String) -> ChildWord {
        let job =
            RenderedJob(
                input: RenderedInput(
                    format: "jpeg", width: 1, height: 1, pages: 1, bytes: 1, sha256: String(repeating: "a", count: 64)),
                renditions: [RenderedImage(width: 1, height: 1, bytes: bytes, sha256: sha256, milliseconds: 1)])
        return .reply(.rendered(job))
    }

    /// Tries to get out in every way that a program has.
    private func probes() -> [String] {
        var tried: [String] = []
        func attempt(_ name: String, _ call: () -> Int32) {
            tried.append("\(name): \(call() < 0 ? "refused" : "DONE")")
        }
        attempt("open") { unsafe hostile_open("/etc/passwd", O_RDONLY) }
        attempt("look for a name") { unsafe hostile_look_for("/etc/passwd") }
        attempt("create") { unsafe hostile_open("/tmp/spool-worker-evil", O_WRONLY | O_CREAT) }
        attempt("read a folder") { unsafe hostile_open("/", O_RDONLY | O_DIRECTORY) }
        attempt("open memory of the supervisor") { unsafe hostile_open("/proc/\(supervisor)/mem", O_RDWR) }
        attempt("open its own memory") { unsafe hostile_open("/proc/self/mem", O_RDWR) }
        attempt("connect to a network") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        attempt("make a local socket") { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) }
        attempt("fork") { hostile_fork() }
        attempt("start a program") { unsafe hostile_start_program("/bin/true") }
        attempt("signal the supervisor") { kill(supervisor, 0) }
        attempt("signal its parent") { kill(getppid(), 0) }
        attempt("trace the supervisor") { hostile_trace(supervisor) }
        attempt("read memory of the supervisor") { hostile_read_memory(supervisor) }
        attempt("raise a limit") {
            var limit = rlimit(rlim_cur: .max, rlim_max: .max)
            return unsafe setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
        }
        attempt("have executable memory") { mapping(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS) }
        attempt("have shared memory") { mapping(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS) }
        attempt("have a file send signals") { hostile_own(0, supervisor) }
        attempt("remove a file") { unsafe unlink("/tmp/spool-worker-evil") }
        attempt("add a key") { hostile_add_key() }
        attempt("have a ring") { hostile_make_ring() }
        attempt("have a user space") { hostile_make_space() }
        return tried
    }

    private func mapping(_ protection: Int32, _ flags: Int32) -> Int32 {
        unsafe mmap(nil, 4096, protection, flags, -1, 0) == MAP_FAILED ? -1 : 0
    }
}
