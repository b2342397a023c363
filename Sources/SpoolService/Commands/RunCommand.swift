import ArgumentParser
import FoundationEssentials
import Logging
import ServiceLifecycle
import SpoolCore
import SpoolSystem

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Serve a spool: render the jobs that are dropped into it.",
        discussion: """
            Stops on SIGTERM or SIGINT: running jobs may take the shutdown timeout to finish, the others go back to \
            incoming. A second signal ends the wait. SIGHUP reloads the settings; with a terminal, or with --once, it stops, \
            too. SIGINT and SIGHUP have no effect if they were ignored at the start (nohup).

            Every option but --once is also a setting of the configuration file and of the environment (--scan-interval, \
            SPOOL_WORKER_SCAN_INTERVAL, scan-interval). The other settings have no option. docs/configuration.md \
            explains all of them:

            \(SettingKey.allCases.map { "  \($0.rawValue)" }.joined(separator: "\n"))
            """)

    @OptionGroup var settings: SettingsOptions

    @Option(help: ArgumentHelp("Images to render at a time, each in a process of its own.", valueName: "n"))
    var renderers: String?

    @Option(help: ArgumentHelp("How to notice new jobs: auto, inotify or poll.", valueName: "mode"))
    var watch: String?

    @Option(
        help: ArgumentHelp(
            "Time between two looks at the whole folder: 5, 500ms, 2m. (default: 60 with events, 5 without)",
            valueName: "time"))
    var scanInterval: String?

    @Option(help: ArgumentHelp("The longest that one job may be rendered. (default: 60s)", valueName: "time"))
    var timeout: String?

    @Option(help: ArgumentHelp("full: what is done survives a power cut; none: faster.", valueName: "mode"))
    var durability: String?

    @Flag(
        help:
            "Do all that is there and exit: 0 if all succeeded, 1 if a job failed, 129, 130 or 143 if a signal came before all was done."
    )
    var once = false

    func run() async throws {
        ProcessSetup.ignoreBrokenPipes()
        ProcessSetup.raiseDescriptorLimit()
        try await CommandFailure.reporting {
            let load = { @Sendable [settings, renderers, watch, scanInterval, timeout, durability] in
                try await settings.load(adding: [
                    .renderers: renderers, .watch: watch, .scanInterval: scanInterval, .timeout: timeout,
                    .durability: durability,
                ])
            }
            let configuration = try await load()
            let environment = ProcessInfo.processInfo.environment
            let style = ConsoleLogHandler.style(environment: environment)
            let level = SharedLogLevel(configuration.logLevel)
            let logger = Logger(label: "spool-worker") { _ in ConsoleLogHandler(level: level, style: style) }
            let worker = try await Worker(
                LiveConfiguration(configuration, logLevel: level), once: once,
                manager: ServiceManager(environment: environment), logger: logger, reload: load)
            let ending = try await worker.run()
            guard once else { return }
            if let signal = ending.signal { throw ExitStatus(stoppedBy: signal).code }
            if ending.failed > 0 { throw ExitStatus.jobsFailed.code }
        }
    }
}
