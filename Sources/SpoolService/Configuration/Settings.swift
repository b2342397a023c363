import Configuration
import SystemPackage

/// Where settings can come from, the strongest first: flags, environment, file.
struct SettingSource: Sendable {
    var provider: any ConfigProvider
    /// How a key is spelled in this source.
    var spell: @Sendable (SettingKey) -> String
    /// Where relative paths of this source begin.
    var base: FilePath
}

/// A setting that was not left to its default: its text, and where it was set.
struct Setting<Value> {
    var value: Value
    var origin: String
    var base: FilePath
}

/// The names of all settings. In a file a dot is a level, as flags it is a dash, in the environment an underscore.
package enum SettingKey: String, CaseIterable, Sendable {
    case spool
    case renderers
    case watch
    case scanInterval = "scan-interval"
    case owners
    case quietTime = "quiet-time"
    case settleTime = "settle-time"
    case timeout
    case shutdownTimeout = "shutdown-timeout"
    case maxAttempts = "max-attempts"
    case retryDelay = "retry-delay"
    case retryMaximum = "retry-max-delay"
    case leaseTimeout = "lease-timeout"
    case minFreeBytes = "min-free.bytes"
    case minFreeInodes = "min-free.inodes"
    case durability
    case inputRoots = "input-roots"
    case outputRoots = "output-roots"
    case inputFormats = "input-formats"
    case outputMode = "output-mode"
    case outputGroup = "output-group"
    case doneAge = "retention.done.age"
    case doneCount = "retention.done.count"
    case doneBytes = "retention.done.bytes"
    case failedAge = "retention.failed.age"
    case failedCount = "retention.failed.count"
    case failedBytes = "retention.failed.bytes"
    case jobBytes = "limits.job-bytes"
    case metadataBytes = "limits.metadata-bytes"
    case inputBytes = "limits.input-bytes"
    case inputPixels = "limits.input-pixels"
    case inputPages = "limits.input-pages"
    case inputScans = "limits.input-scans"
    case inputMetadataBytes = "limits.input-metadata-bytes"
    case outputPixels = "limits.output-pixels"
    case avifPixels = "limits.avif-pixels"
    case outputDimension = "limits.output-dimension"
    case memory = "limits.memory"
    case totalMemory = "limits.total-memory"
    case outputBytes = "limits.output-bytes"
    case sandbox
    case metricsFile = "metrics.file"
    case logLevel = "log.level"

    var isList: Bool { [.owners, .inputRoots, .outputRoots, .inputFormats].contains(self) }

    var configKey: AbsoluteConfigKey { AbsoluteConfigKey(rawValue.split(separator: ".").map(String.init)) }

    var environmentName: String {
        "SPOOL_WORKER_" + rawValue.uppercased().replacing("-", with: "_").replacing(".", with: "_")
    }
}

/// All sources together.
package struct Settings: Sendable {
    var sources: [SettingSource]
    /// Where relative defaults begin.
    var workingFolder: FilePath

    /// The text of a setting from the strongest source that has it.
    func text(_ key: SettingKey) throws(ConfigurationError) -> Setting<String>? {
        try find(key, .string) { if case .string(let text) = $0 { text } else { nil } }
    }

    /// The texts of a list: in a file a sequence, in the environment separated by commas.
    func list(_ key: SettingKey) throws(ConfigurationError) -> Setting<[String]>? {
        try find(key, .stringArray) { if case .stringArray(let texts) = $0 { texts } else { nil } }
    }

    private func find<Value>(
        _ key: SettingKey, _ type: ConfigType, _ read: (ConfigContent) -> Value?
    ) throws(ConfigurationError) -> Setting<Value>? {
        for source in sources {
            let origin = source.spell(key)
            let found: ConfigValue?
            do {
                found = try source.provider.value(forKey: key.configKey, type: type).value
            } catch {
                // The providers throw for one reason: the value is of another type.
                throw ConfigurationError(origin, key.isList ? "takes a list" : "takes a single value")
            }
            if let found, let value = read(found.content) {
                return Setting(value: value, origin: origin, base: source.base)
            }
        }
        return nil
    }
}

/// A setting that cannot be used.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// The setting as it is spelled where it was set.
    var origin: String
    var problem: String

    init(_ origin: String, _ problem: String) {
        self.origin = origin
        self.problem = problem
    }

    package var description: String { "\(origin): \(problem)" }
}
