import Logging
import SpoolCore
import SpoolWire
import Synchronization

/// The settings in force. Some can change while the worker runs; the others are those of its start.
final class LiveConfiguration: Sendable {
    private let state: Mutex<WorkerConfiguration>
    /// Of the log's handlers.
    let logLevel: SharedLogLevel

    init(_ configuration: WorkerConfiguration, logLevel: SharedLogLevel) {
        state = Mutex(configuration)
        self.logLevel = logLevel
    }

    var current: WorkerConfiguration { state.withLock { $0 } }

    /// Takes what can change.
    /// - Returns: the settings that have changed, and those that need a restart.
    func adopt(_ new: WorkerConfiguration) -> (changed: [SettingKey], needRestart: [SettingKey]) {
        let result = state.withLock { configuration in
            let differing = WorkerConfiguration.parts.filter { $0.differs(configuration, new) }
            for part in differing where part.isLive { part.take(&configuration, new) }
            return (differing.filter(\.isLive).map(\.key), differing.filter { !$0.isLive }.map(\.key))
        }
        logLevel.level = new.logLevel
        return result
    }
}

extension WorkerConfiguration {
    /// A setting, and where its value lies.
    struct Part: Sendable {
        var key: SettingKey
        /// Whether it can change while the worker runs.
        var isLive: Bool
        var differs: @Sendable (WorkerConfiguration, WorkerConfiguration) -> Bool
        var take: @Sendable (inout WorkerConfiguration, WorkerConfiguration) -> Void
    }

    /// All settings.
    static let parts: [Part] = [
        fixed(.spool, \.spool), fixed(.renderers, \.renderers), fixed(.watch, \.watch),
        fixed(.scanInterval, \.scanInterval), live(.owners, \.jobLimits.owners), fixed(.quietTime, \.quietTime),
        fixed(.settleTime, \.settleTime),
        live(.timeout, \.timeout), live(.shutdownTimeout, \.shutdownTimeout),
        live(.maxAttempts, \.retries.maxAttempts), live(.retryDelay, \.retries.delay),
        fixed(.retryMaximum, \.retries.maximumDelay), fixed(.leaseTimeout, \.leaseTimeout),
        live(.minFreeBytes, \.minFreeBytes), live(.minFreeInodes, \.minFreeInodes), live(.durability, \.durability),
        fixed(.inputRoots, \.inputRoots), fixed(.outputRoots, \.outputRoots),
        fixed(.inputFormats, \.limits.inputFormats),
        live(.outputMode, \.outputAccess.mode), live(.outputGroup, \.outputAccess.group),
        live(.doneAge, \.doneRetention.age), live(.doneCount, \.doneRetention.count),
        live(.doneBytes, \.doneRetention.bytes), live(.failedAge, \.failedRetention.age),
        live(.failedCount, \.failedRetention.count), live(.failedBytes, \.failedRetention.bytes),
        live(.jobBytes, \.jobLimits.jobBytes), live(.metadataBytes, \.jobLimits.metadataBytes),
        live(.inputBytes, \.inputBytes), live(.inputPixels, \.limits.inputPixels),
        live(.inputPages, \.limits.inputPages), live(.inputScans, \.limits.inputScans),
        live(.inputMetadataBytes, \.limits.inputMetadataBytes), live(.outputPixels, \.limits.outputPixels),
        live(.avifPixels, \.limits.avifPixels), live(.outputDimension, \.limits.outputDimension),
        live(.memory, \.memory), fixed(.totalMemory, \.totalMemory), live(.outputBytes, \.outputBytes),
        fixed(.sandbox, \.sandbox),
        fixed(.metricsFile, \.metricsFile),
        live(.logLevel, \.logLevel),
    ]

    private typealias Path<Value> = any WritableKeyPath<WorkerConfiguration, Value> & Sendable

    private static func live<Value: Equatable & SendableMetatype>(_ key: SettingKey, _ path: Path<Value>) -> Part {
        part(key, isLive: true, path)
    }

    private static func fixed<Value: Equatable & SendableMetatype>(_ key: SettingKey, _ path: Path<Value>) -> Part {
        part(key, isLive: false, path)
    }

    private static func part<Value: Equatable & SendableMetatype>(_ key: SettingKey, isLive: Bool, _ path: Path<Value>)
        -> Part
    {
        Part(key: key, isLive: isLive) {
            $0[keyPath: path] != $1[keyPath: path]
        } take: {
            $0[keyPath: path] = $1[keyPath: path]
        }
    }
}

extension WorkerConfiguration {
    fileprivate var doneRetention: Retention {
        get { retention[.done] ?? Retention() }
        set { retention[.done] = newValue }
    }

    fileprivate var failedRetention: Retention {
        get { retention[.failed] ?? Retention() }
        set { retention[.failed] = newValue }
    }
}
