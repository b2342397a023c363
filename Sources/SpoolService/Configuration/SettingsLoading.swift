import Configuration
import SpoolCore
import SpoolSystem
package import SystemPackage
import Yams

extension Settings {
    /// Brings flags, environment and file together.
    package static func load(
        flags: [SettingKey: String], environment: [String: String], file: FilePath?, workingFolder: FilePath
    ) async throws(ConfigurationError) -> Settings {
        let values = flags.map { ($0.key.configKey, ConfigValue(.string($0.value), isSecret: false)) }
        var sources = [
            SettingSource(
                provider: InMemoryProvider(name: "flags", values: Dictionary(uniqueKeysWithValues: values)),
                spell: { "--\($0.rawValue.replacing(".", with: "-"))" }, base: workingFolder),
            SettingSource(
                provider: EnvironmentVariablesProvider(environmentVariables: environment)
                    .prefixKeys(with: "spool.worker"),
                spell: \.environmentName, base: workingFolder),
        ]
        try refuseUnknown(environment)
        if let file { sources.append(try await source(for: workingFolder.pushing(file), spelled: file)) }
        return Settings(sources: sources, workingFolder: workingFolder)
    }

    /// A typo in the environment must not leave a default in force in silence.
    private static func refuseUnknown(_ environment: [String: String]) throws(ConfigurationError) {
        let known = SettingKey.allCases.map(\.environmentName) + [configFileVariable]
        let unknown = environment.keys.sorted().first { $0.hasPrefix(environmentPrefix) && !known.contains($0) }
        guard let unknown else { return }
        let prefix = environmentPrefix.count
        let nearest = nearestName(
            to: String(unknown.dropFirst(prefix)), among: known.map { String($0.dropFirst(prefix)) })
        throw ConfigurationError(unknown, "is not a setting; \(hint(nearest.map { environmentPrefix + $0 }))")
    }

    /// What the user may have meant, or where to look.
    private static func hint(_ nearest: String?) -> String {
        (nearest.map { "did you mean \($0)? All" } ?? "all")
            + " settings are in docs/configuration.md, their names in: spool-worker help run"
    }

    private static let environmentPrefix = "SPOOL_WORKER_"

    /// The environment's name for `--config`.
    static let configFileVariable = "SPOOL_WORKER_CONFIG"

    private static func source(
        for path: FilePath, spelled name: FilePath
    ) async throws(ConfigurationError) -> SettingSource {
        let text = try read(path, spelled: name)
        try refuseUnknownKeys(in: text, of: name)
        do {
            // An empty file has no settings; the provider wants a mapping.
            guard try compose(yaml: text) != nil else {
                return SettingSource(
                    provider: InMemoryProvider(name: name.string, values: [:]), spell: { "\(name): \($0.rawValue)" },
                    base: path.removingLastComponent())
            }
            return SettingSource(
                provider: try await FileProvider<YAMLSnapshot>(filePath: path),
                spell: { "\(name.string): \($0.rawValue)" }, base: path.removingLastComponent())
        } catch {
            throw ConfigurationError(name.string, "cannot be read: \(error)")
        }
    }

    private static func read(_ path: FilePath, spelled name: FilePath) throws(ConfigurationError) -> String {
        let content: [UInt8]
        do throws(SystemFailure) {
            guard let file = path.lastComponent else { throw SystemFailure("read", path, .isDirectory) }
            content = try Folder(at: path.removingLastComponent()).file(following: file).read(upTo: 1 << 20)
        } catch {
            throw ConfigurationError(name.string, "cannot be read: \(error.errno)")
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw ConfigurationError(name.string, "cannot be read: it is not UTF-8 text")
        }
        return text
    }

    private static func refuseUnknownKeys(in text: String, of name: FilePath) throws(ConfigurationError) {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch {
            throw ConfigurationError(name.string, "is not YAML: \(error)")
        }
        guard let root else { return }
        guard case .mapping(let mapping) = root else {
            throw ConfigurationError(name.string, "must be a mapping of settings, such as \"renderers: 4\"")
        }
        try refuseUnknownKeys(in: mapping, under: "", of: name)
    }

    private static func refuseUnknownKeys(
        in mapping: Node.Mapping, under prefix: String, of name: FilePath
    ) throws(ConfigurationError) {
        let known = SettingKey.allCases.map(\.rawValue)
        for (key, value) in mapping {
            let path = prefix + (key.string ?? "?")
            let place = key.mark.map { "\(name.string), line \($0.line)" } ?? name.string
            if known.contains(path) {
                if case .mapping = value {
                    throw ConfigurationError(place, "\"\(path)\" takes a value, not settings below it")
                }
                continue
            }
            guard known.contains(where: { $0.hasPrefix(path + ".") }) else {
                throw ConfigurationError(
                    place, "\"\(path)\" is not a setting; \(hint(nearestName(to: path, among: known)))")
            }
            guard case .mapping(let inner) = value else {
                throw ConfigurationError(place, "\"\(path)\" takes settings below it, not a value")
            }
            try refuseUnknownKeys(in: inner, under: path + ".", of: name)
        }
    }
}
