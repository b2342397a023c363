import Logging
import SpoolCore
import SpoolSystem
import SpoolWatch
import SpoolWire
import SystemPackage

/// Everything that an operator can set, validated.
package struct WorkerConfiguration: Sendable, Equatable {
    var spool: FilePath
    /// Renderer processes: how many images are rendered at a time.
    var renderers: Int
    var watch: WatchMode
    /// nil for the watch mode's own.
    var scanInterval: Duration?
    /// How long nothing must happen to a file that was written in `incoming` before it is claimed.
    var quietTime: Duration
    /// How long a job file that is no JSON must stay unchanged before it counts as broken rather than unfinished.
    var settleTime: Duration
    /// The longest that the rendering of one job may take.
    var timeout: Duration
    /// How long running jobs get to finish when the worker is told to stop.
    var shutdownTimeout: Duration
    /// Whether and when a job that failed is tried again.
    var retries: RetryPolicy
    /// For how long a worker is taken for alive that other hosts hear nothing of.
    var leaseTimeout: Duration
    /// What must be left on the spool's and the output roots' file systems; below it nothing is claimed.
    var minFreeBytes, minFreeInodes: Int
    var durability: Durability
    /// Folders in which sources may lie; relative paths of jobs begin in the first. Empty for the spool's `input`.
    var inputRoots: [FilePath]
    /// Folders in which renditions may lie; relative paths of jobs begin in the first. Empty for the spool's `output`.
    var outputRoots: [FilePath]
    var outputAccess: OutputAccess
    /// How much is kept of jobs that have ended.
    var retention: [TerminalState: Retention]
    var jobLimits: JobLimits
    /// The largest source file, in bytes.
    var inputBytes: Int
    var limits: RenderLimits
    /// Private memory of one rendering, and of all renderings together, in bytes.
    var memory, totalMemory: Int
    /// Of one rendition.
    var outputBytes: Int
    /// What must hold before a renderer sees a job.
    var sandbox: SandboxMode
    /// Where metrics are written for Prometheus; nil for nowhere.
    var metricsFile: FilePath?
    var logLevel: Logger.Level

    package init(_ settings: Settings, cores: Int, hostMemory: Int = HostMemory.bytes) throws(ConfigurationError) {
        spool = try settings.paths(.spool)?.first ?? settings.workingFolder.appending("spool")
        renderers = try settings.integer(.renderers, in: 1...256) ?? cores
        watch = try settings.choice(.watch, WatchMode.allCases.map { ($0.rawValue, $0) }) ?? .auto
        scanInterval = try settings.duration(.scanInterval, atLeast: .milliseconds(10))
        quietTime = try settings.duration(.quietTime, atLeast: .zero) ?? .milliseconds(50)
        settleTime = try settings.duration(.settleTime, atLeast: .zero) ?? .seconds(2)
        timeout = try settings.duration(.timeout, atLeast: .milliseconds(1)) ?? .seconds(60)
        shutdownTimeout = try settings.duration(.shutdownTimeout, atLeast: .zero) ?? .seconds(20)
        retries = RetryPolicy(
            maxAttempts: try settings.integer(.maxAttempts, in: 1...1000) ?? 5,
            delay: try settings.duration(.retryDelay, atLeast: .zero) ?? .seconds(2),
            maximumDelay: try settings.duration(.retryMaximum, atLeast: .zero) ?? .seconds(300), settleTime: settleTime)
        leaseTimeout = try settings.duration(.leaseTimeout, atLeast: .seconds(1)) ?? .seconds(30)
        minFreeBytes = try settings.bytes(.minFreeBytes, in: 0...Int.max) ?? 64 << 20
        minFreeInodes = try settings.integer(.minFreeInodes, in: 0...Int.max) ?? 1000
        durability = try settings.choice(.durability, Durability.allCases.map { ($0.rawValue, $0) }) ?? .full
        inputRoots = try settings.paths(.inputRoots) ?? []
        outputRoots = try settings.paths(.outputRoots) ?? []
        outputAccess = OutputAccess(mode: try settings.mode(.outputMode), group: try settings.group(.outputGroup))
        retention = [
            .done: try settings.retention(.doneAge, .doneCount, .doneBytes),
            .failed: try settings.retention(.failedAge, .failedCount, .failedBytes),
        ]
        jobLimits = JobLimits(
            jobBytes: try settings.bytes(.jobBytes, in: 1...(64 << 20)) ?? 1 << 20,
            metadataBytes: try settings.bytes(.metadataBytes, in: 0...(1 << 20)) ?? 256 << 10,
            owners: try settings.users(.owners))
        inputBytes = try settings.bytes(.inputBytes, in: 1...Int.max) ?? 256 << 20
        limits = RenderLimits()
        limits.inputFormats = try settings.formats(.inputFormats) ?? limits.inputFormats
        limits.inputPixels = try settings.integer(.inputPixels, in: 1...Int.max) ?? limits.inputPixels
        limits.inputPages = try settings.integer(.inputPages, in: 1...Int.max) ?? limits.inputPages
        limits.inputScans = try settings.integer(.inputScans, in: 1...Int.max) ?? limits.inputScans
        limits.inputMetadataBytes =
            try settings.bytes(.inputMetadataBytes, in: 0...Int.max) ?? limits.inputMetadataBytes
        limits.outputPixels = try settings.integer(.outputPixels, in: 1...Int.max) ?? limits.outputPixels
        limits.avifPixels = try settings.integer(.avifPixels, in: 1...Int.max) ?? limits.avifPixels
        limits.outputDimension = try settings.integer(.outputDimension, in: 1...65_535) ?? limits.outputDimension
        let memories = (16 << 20)...(1 << 42)
        // The rest is for the worker itself, idle renderers, and the pages of files.
        totalMemory = try settings.bytes(.totalMemory, in: memories) ?? max(memories.lowerBound, hostMemory / 4 * 3)
        memory = try settings.bytes(.memory, in: memories) ?? min(1 << 30, totalMemory)
        outputBytes = try settings.bytes(.outputBytes, in: 1...Int.max) ?? 1 << 30
        sandbox = try settings.choice(.sandbox, SandboxMode.allCases.map { ($0.rawValue, $0) }) ?? .required
        metricsFile = try settings.paths(.metricsFile)?.first
        if let metricsFile, let setting = try settings.text(.metricsFile), metricsFile.extension != "prom" {
            throw ConfigurationError(
                setting.origin, "takes a path that ends in .prom, as node_exporter wants it, not \"\(setting.value)\"")
        }
        logLevel = try settings.choice(.logLevel, Logger.Level.allCases.map { ($0.rawValue, $0) }) ?? .info
        try Self.validate(outputRoots: outputRoots, spool: spool, settings)
    }

    /// What one rendering may use. Processor time is for all threads, and for one that encoders start by themselves.
    /// - Parameters:
    ///   - share: the memory beyond which it asks before it decodes; nil to let it never ask.
    ///   - threads: with which it computes.
    func budget(timeout: Duration, memoryShare share: Int? = nil, threads: Int = 1) -> JobBudget {
        JobBudget(
            memory: memory, memoryShare: min(memory, share ?? memory),
            processorSeconds: max(2, Int((Double(1 + threads) * (timeout / .seconds(1))).rounded(.up))),
            outputBytes: outputBytes, threads: threads)
    }

    /// An output root that holds state folders would let a job write jobs and results.
    private static func validate(
        outputRoots: [FilePath], spool: FilePath, _ settings: Settings
    ) throws(ConfigurationError) {
        guard let origin = try settings.list(.outputRoots)?.origin else { return }
        // Folders that do not exist yet are reported when they are opened.
        let place = spool.canonical ?? spool
        let guarded = SpoolFolder.allCases.filter { $0 != .output && $0 != .input }.map { place.appending($0.name) }
        for root in outputRoots {
            let actual = root.canonical ?? root
            guard let folder = guarded.first(where: { $0.starts(with: actual) || actual.starts(with: $0) }) else {
                continue
            }
            throw ConfigurationError(
                origin, "\(root.string) overlaps the spool's own \(folder.string), where jobs must not write")
        }
    }
}

extension Settings {
    fileprivate func integer(_ key: SettingKey, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
        guard let setting = try text(key) else { return nil }
        guard let number = Int(setting.value), range.contains(number) else {
            let bounds =
                range.upperBound == .max
                ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            throw ConfigurationError(setting.origin, "takes a whole number \(bounds), not \"\(setting.value)\"")
        }
        return number
    }

    /// Octal digits; the worker itself must be able to read and write what it makes.
    fileprivate func mode(_ key: SettingKey) throws(ConfigurationError) -> UInt32? {
        guard let setting = try text(key) else { return nil }
        guard let mode = UInt32(setting.value, radix: 8), mode <= 0o777, mode & 0o600 == 0o600 else {
            throw ConfigurationError(
                setting.origin,
                "takes a mode from 0600 to 0777 with reading and writing for the owner, not \"\(setting.value)\"")
        }
        return mode
    }

    fileprivate func group(_ key: SettingKey) throws(ConfigurationError) -> UserGroup? {
        guard let setting = try text(key) else { return nil }
        guard let group = UserGroup(setting.value) else {
            throw ConfigurationError(
                setting.origin,
                "takes the name or the number of a group, and there is no group \"\(setting.value.shown)\"")
        }
        return group
    }

    fileprivate func formats(_ key: SettingKey) throws(ConfigurationError) -> Set<SourceFormat>? {
        guard let setting = try list(key) else { return nil }
        var formats: Set<SourceFormat> = []
        for text in setting.value {
            guard let format = SourceFormat(rawValue: text) else {
                let names = SourceFormat.allCases.map(\.rawValue).joined(separator: ", ")
                throw ConfigurationError(setting.origin, "takes some of \(names), not \"\(text.shown)\"")
            }
            formats.insert(format)
        }
        guard !formats.isEmpty else { throw ConfigurationError(setting.origin, "takes at least one format") }
        return formats
    }

    /// Users by name or number.
    fileprivate func users(_ key: SettingKey) throws(ConfigurationError) -> Set<UInt32>? {
        guard let setting = try list(key) else { return nil }
        var users: Set<UInt32> = []
        for text in setting.value {
            guard let user = User.number(of: text) else {
                throw ConfigurationError(
                    setting.origin, "takes names or numbers of users, and there is no user \"\(text.shown)\"")
            }
            users.insert(user)
        }
        guard !users.isEmpty else {
            throw ConfigurationError(setting.origin, "takes at least one user; leave it out to take jobs of all users")
        }
        return users
    }

    fileprivate func retention(
        _ age: SettingKey, _ count: SettingKey, _ bytes: SettingKey
    ) throws(ConfigurationError) -> Retention {
        Retention(
            age: try duration(age, atLeast: .zero).map { $0 / .seconds(1) }, count: try integer(count, in: 0...Int.max),
            bytes: try self.bytes(bytes, in: 0...Int.max))
    }

    fileprivate func bytes(_ key: SettingKey, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
        guard let setting = try text(key) else { return nil }
        guard let size = ByteSize(setting: setting.value), range.contains(size.bytes) else {
            let bounds =
                range.upperBound < .max
                ? " from \(ByteSize(range.lowerBound)) to \(ByteSize(range.upperBound))"
                : range.lowerBound > 0 ? " of at least \(ByteSize(range.lowerBound))" : ""
            throw ConfigurationError(
                setting.origin,
                "takes a size\(bounds) (\"64MB\", \"64MiB\", or a number of bytes), not \"\(setting.value)\"")
        }
        return size.bytes
    }

    fileprivate func duration(_ key: SettingKey, atLeast minimum: Duration) throws(ConfigurationError) -> Duration? {
        guard let setting = try text(key) else { return nil }
        guard let duration = Duration(setting: setting.value), duration >= minimum, duration <= .seconds(86_400 * 365)
        else {
            throw ConfigurationError(
                setting.origin,
                "takes a time of at least \(minimum) and at most a year (\"5\" or \"5s\", \"500ms\", \"2m\", \"1w\"), not \"\(setting.value)\""
            )
        }
        return duration
    }

    fileprivate func choice<Choice>(
        _ key: SettingKey, _ choices: [(name: String, value: Choice)]
    ) throws(ConfigurationError) -> Choice? {
        guard let setting = try text(key) else { return nil }
        guard let choice = choices.first(where: { $0.name == setting.value }) else {
            let names = choices.map(\.name).joined(separator: ", ")
            throw ConfigurationError(setting.origin, "takes one of \(names), not \"\(setting.value)\"")
        }
        return choice.value
    }

    /// Absolute paths, from the base of the source that has the setting.
    fileprivate func paths(_ key: SettingKey) throws(ConfigurationError) -> [FilePath]? {
        let setting: Setting<[String]>
        if key.isList {
            guard let list = try list(key) else { return nil }
            setting = list
        } else {
            guard let single = try text(key) else { return nil }
            setting = Setting(value: [single.value], origin: single.origin, base: single.base)
        }
        guard !setting.value.isEmpty, setting.value.allSatisfy({ !$0.isEmpty }) else {
            throw ConfigurationError(setting.origin, "takes a path, not an empty text")
        }
        return setting.value.map { setting.base.pushing(FilePath($0)).lexicallyNormalized() }
    }
}

extension Duration {
    /// Reads `5`, `5s`, `0.5 s`, `500ms`, `2m`, `1h`, `30d`, `1w`.
    init?(setting text: String) {
        let units: [(suffix: String, seconds: Double)] = [
            ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
            ("w", 604_800),
        ]
        let unit = units.first { text.hasSuffix($0.suffix) }
        var digits = text.dropLast(unit?.suffix.count ?? 0)
        if unit != nil, digits.last == " " { digits.removeLast() }
        guard let number = Double(digits), number.isFinite, number >= 0, number < 1e12 else { return nil }
        self = .seconds(number * (unit?.seconds ?? 1))
    }
}
