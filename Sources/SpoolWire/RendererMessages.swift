import SpoolJob

/// How much of the sandbox must hold.
package enum SandboxMode: String, Sendable, CaseIterable {
    /// All that it has, or the renderer does not start.
    case required
    /// What the kernel offers.
    case bestEffort = "best-effort"
    case off
}

/// What of the sandbox holds.
package struct SandboxReport: Equatable, Sendable {
    /// The version of Landlock; 0 for none.
    package var landlock: Int
    /// Whether system calls are limited.
    package var systemCalls: Bool

    package init(landlock: Int, systemCalls: Bool) {
        self.landlock = landlock
        self.systemCalls = systemCalls
    }
}

extension SandboxReport {
    /// What a decoder that was taken over can do for want of something; nil if all holds.
    package var lack: String? {
        let lacks = [
            landlock == 0 ? "without Landlock they reach all files of the worker's user" : nil,
            systemCalls ? nil : "without seccomp they may make any system call",
        ].compactMap(\.self)
        return lacks.isEmpty ? nil : lacks.joined(separator: "; ")
    }
}

extension SandboxReport: CustomStringConvertible {
    package var description: String {
        let landlock = landlock > 0 ? ["Landlock \(landlock)"] : []
        let all = landlock + (systemCalls ? ["seccomp"] : [])
        return all.isEmpty ? "none" : all.joined(separator: ", ")
    }
}

/// What a renderer says first: that it can work.
package struct RendererGreeting: Equatable, Sendable {
    /// Of the program.
    package var version: String
    /// Of the library that it uses.
    package var library: String
    package var sandbox: SandboxReport

    package init(version: String, library: String, sandbox: SandboxReport) {
        self.version = version
        self.library = library
        self.sandbox = sandbox
    }
}

/// What a renderer says of a child. Beside ``born`` come the child's socket and a descriptor of its process.
package enum RendererNews: Equatable, Sendable {
    /// A child waits for one call at the socket.
    case born
    /// The last one has ended.
    case ended(ChildEnd)
}

/// What a child says that renders.
package enum ChildWord: Equatable, Sendable {
    /// It is going to need about so many bytes in all, more than its share, and waits for a message that lets it go on.
    case needsMemory(Int)
    /// It is not at its end yet, and waits for nothing.
    case progress(RenderProgress)
    /// Its last word.
    case reply(RenderReply)
    /// Its last word: it has written nothing, for the job needs a renderer that knows more.
    case declined
}

/// How far a rendering is.
public struct RenderProgress: Equatable, Sendable {
    /// Renditions that are complete.
    public var renditions: Int
    /// Of the pixels of the next one that its encoder has taken, from 0 to 100.
    public var percent: Int

    package init(renditions: Int, percent: Int) {
        self.renditions = renditions
        self.percent = percent
    }
}

/// Numbers that a child leaves to its parent, for children to come; their meaning is the program's own.
package typealias RendererNote = InlineArray<8, Double>

/// How a child has ended, as the kernel tells its parent.
package struct ChildEnd: Equatable, Sendable {
    /// The number of the signal that ended it, or 0.
    package var signal: Int32
    /// Its exit status, if it was no signal.
    package var status: Int32
    /// The most memory that it had (ru_maxrss), in bytes.
    package var peakMemory: Int
    /// Processor time of all its threads.
    package var processorSeconds: Double
    /// The bytes that it would have had in all with the first allocation that failed; 0 for none.
    package var refusedAllocation: Int

    package init(signal: Int32, status: Int32, peakMemory: Int, processorSeconds: Double, refusedAllocation: Int) {
        self.signal = signal
        self.status = status
        self.peakMemory = peakMemory
        self.processorSeconds = processorSeconds
        self.refusedAllocation = refusedAllocation
    }
}

/// What one job may use at most, kept by the kernel.
package struct JobBudget: Sendable, Equatable {
    /// Bytes of private memory besides what an idle renderer has.
    package var memory: Int
    /// Of that, what it may take without asking.
    package var memoryShare: Int
    /// Of all threads together.
    package var processorSeconds: Int
    /// Bytes of one rendition.
    package var outputBytes: Int
    /// With which it computes.
    package var threads: Int

    package init(
        memory: Int = 1 << 30, memoryShare: Int? = nil, processorSeconds: Int = 120, outputBytes: Int = 1 << 30,
        threads: Int = 1
    ) {
        self.memory = memory
        self.memoryShare = memoryShare ?? memory
        self.processorSeconds = processorSeconds
        self.outputBytes = outputBytes
        self.threads = threads
    }
}

extension JobBudget {
    var json: JSONValue {
        [
            "memory": .number(memory), "memoryShare": .number(memoryShare),
            "processorSeconds": .number(processorSeconds),
            "outputBytes": .number(outputBytes), "threads": .number(threads),
        ]
    }

    init?(json: JSONValue) {
        guard let memory = json["memory"]?.int, let memoryShare = json["memoryShare"]?.int,
            let processorSeconds = json["processorSeconds"]?.int,
            let outputBytes = json["outputBytes"]?.int, let threads = json["threads"]?.int,
            min(memory, memoryShare, processorSeconds, outputBytes, threads) > 0
        else { return nil }
        self.init(
            memory: memory, memoryShare: memoryShare, processorSeconds: processorSeconds, outputBytes: outputBytes,
            threads: threads)
    }
}

/// The version of all programs of an installation.
package enum Release {
    /// As in CHANGELOG.md.
    package static let version = "0.1.0"
}
