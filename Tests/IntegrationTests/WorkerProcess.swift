import Foundation
import SystemPackage
import TestSupport
import Testing

/// The built program, run for real.
final class WorkerProcess {
    private let program: RunningProgram
    private let command: [String]
    private let output: FilePath
    private let errors: FilePath

    /// The programs lie beside the tests.
    static let programs = FilePath(
        URL(filePath: ProcessInfo.processInfo.arguments[0]).resolvingSymlinksInPath().path
    ).removingLastComponent()
    static let executable = programs.appending("spool-worker")

    convenience init(_ arguments: [String], environment: [String: String] = [:], in folder: ScratchFolder) throws {
        try self.init(command: [Self.executable.string] + arguments, environment: environment, in: folder)
    }

    /// - Parameter command: a program that becomes the worker in the end.
    init(command: [String], environment: [String: String] = [:], in folder: ScratchFolder) throws {
        let id = UUID().uuidString
        output = folder.path.appending("\(id).out")
        errors = folder.path.appending("\(id).err")
        self.command = command
        program = try RunningProgram(
            command, environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }, output: output, errors: errors)
    }

    deinit {
        // A test that failed half-way leaves nothing running.
        for renderer in renderers + jobProcesses { kill(renderer, SIGKILL) }
        signal(SIGKILL)
    }

    var pid: Int32 { program.pid }
    var isRunning: Bool { program.status == nil }
    var standardOutput: String { (try? String(contentsOfFile: output.string, encoding: .utf8)) ?? "" }
    var standardError: String { (try? String(contentsOfFile: errors.string, encoding: .utf8)) ?? "" }

    func signal(_ signal: Int32) { program.signal(signal) }

    /// The processes of renderers that live now: two of each, one for all jobs and one for JPEGs.
    var renderers: [Int32] { Self.children(of: pid) }

    /// Their children: each has a job, or waits for one.
    var jobProcesses: [Int32] { renderers.flatMap(Self.children) }

    /// Stops the processes that have a job, or will have the next ones, of `count` renderers.
    func stopJobProcesses(_ count: Int = 2) async throws -> [Int32] {
        try await eventually("the renderers are ready") { jobProcesses.count == 2 * count }
        let processes = jobProcesses
        for process in processes { kill(process, SIGSTOP) }
        return processes
    }

    private static func children(of pid: Int32) -> [Int32] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return tasks.flatMap { task -> [Int32] in
            let children = try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/children", encoding: .utf8)
            return children?.split(separator: " ").compactMap { Int32($0) } ?? []
        }
    }

    /// Waits for the end.
    /// - Returns: the exit status; signals count from 1000.
    func status(within patience: Duration = .seconds(120)) async throws -> Int32 {
        try await eventually("the end of \(command)", within: patience) { !isRunning }
        return try #require(program.status)
    }

    /// Runs the program to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], in folder: ScratchFolder
    ) async throws -> (status: Int32, output: String, errors: String) {
        try await run(command: [executable.string] + arguments, environment: environment, in: folder)
    }

    /// - Parameter command: any program.
    static func run(
        command: [String], environment: [String: String] = [:], in folder: ScratchFolder
    ) async throws -> (status: Int32, output: String, errors: String) {
        let worker = try WorkerProcess(command: command, environment: environment, in: folder)
        let status = try await worker.status()
        return (status, worker.standardOutput, worker.standardError)
    }
}
