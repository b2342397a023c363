import ArgumentParser
import Logging
import SpoolCore
import SpoolSystem
import SpoolWire
import SystemPackage

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show how a job would be rendered, and why.",
        discussion: """
            A renderer process reads the header of the job's source (for trim its pixels, too), makes the plan that it \
            would carry out, and stops there. The command changes nothing and does not look at the output folders. Exits with 1 if the job would \
            fail before pixels are decoded.

            Example: spool-worker explain spool/failed/cat.json
            """)

    @Argument(help: ArgumentHelp("The job file, in the spool or elsewhere.", valueName: "job"))
    var job: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let configuration = try await settings.load()
            let spool = try Spool(at: configuration.spool)
            let roots = try Roots(configuration.inputRoots, else: .input, of: spool, named: .inputRoots)
            do {
                let job = try read(FilePath(job), configuration.jobLimits)
                try configuration.limits.check(job.renditions)
                let source = try SourceFile.open(job.input.path, in: roots, limit: configuration.inputBytes)
                let plan = try plan(job, source, configuration)
                let report = PlanReport(job: job, plan: plan)
                print(json ? report.json.text() : report.text)
            } catch let error as JobError {
                Terminal.printError("spool-worker: \(error.code.rawValue): \(error.message)")
                throw ExitStatus.jobsFailed.code
            }
        }
    }

    private func read(_ path: FilePath, _ limits: JobLimits) throws -> Job {
        var limits = limits
        // Whose file it is matters when it is dropped.
        limits.owners = nil
        guard let name = path.lastComponent, name.kind == .regular else {
            throw UsageError("\(path.printable) is no name of a file")
        }
        let parent = path.removingLastComponent()
        let folder = try Folder(at: parent.isEmpty ? "." : parent)
        guard let reading = try JobReading(name, in: folder, limits: limits) else {
            throw UsageError("\(path.printable) does not exist; name a job file")
        }
        switch reading.content {
        case .job(let job): return job
        case .wrong(let error, _), .unfinished(let error): throw error
        }
    }

    private func plan(
        _ job: Job, _ source: OpenFile, _ configuration: WorkerConfiguration
    ) throws -> PlanDescription {
        var logger = Logger(label: "spool-worker")
        logger.logLevel = configuration.logLevel
        let renderer = try RendererProcess.start(
            [RendererProgram.open(RendererProgram.all)], configuration.sandbox,
            trusting: configuration.limits.inputFormats.subtracting(SourceFormat.trusted), logger: logger)[0]
        defer { renderer.end() }
        let outcome = renderer.explain(
            RenderRequest(withoutPathsOf: job, limits: configuration.limits), source: source,
            configuration.budget(timeout: configuration.timeout), timeout: configuration.timeout)
        if let error = outcome.failure(timeout: configuration.timeout) { throw error }
        guard case .replied(let reply) = outcome else { throw JobError(.rendererDied, "no renderer took the job") }
        let plan: PlanDescription
        switch reply {
        case .explained(let answer): plan = answer
        case .failed(let error): throw error
        }
        // A decoder that was taken over may answer anything.
        guard plan.renditions.count == job.renditions.count else {
            throw JobError(.rendererDied, "the renderer process gave a wrong answer")
        }
        return plan
    }
}
