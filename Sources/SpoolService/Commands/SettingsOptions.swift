import ArgumentParser
import FoundationEssentials
import SystemPackage

/// The options that every subcommand with a spool has.
struct SettingsOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The spool's folder. (default: ./spool)", valueName: "dir"))
    var spool: String?

    @Option(
        help: ArgumentHelp("A YAML file with settings; flags and SPOOL_WORKER_* override it.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    /// - Parameter flags: what the subcommand's own options set.
    func load(adding flags: [SettingKey: String?] = [:]) async throws(ConfigurationError) -> WorkerConfiguration {
        var all = flags.compactMapValues(\.self)
        all[.spool] = spool
        all[.logLevel] = logLevel
        let environment = ProcessInfo.processInfo.environment
        let settings = try await Settings.load(
            flags: all, environment: environment,
            file: (config ?? environment[Settings.configFileVariable]).map { FilePath($0) },
            workingFolder: FilePath(FileManager.default.currentDirectoryPath))
        return try WorkerConfiguration(settings, cores: ProcessInfo.processInfo.activeProcessorCount)
    }
}
