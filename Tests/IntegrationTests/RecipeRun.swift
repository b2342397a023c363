import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

/// A recipe of docs/cookbook.md in a folder of its own, which has the spool as `spool`.
struct RecipeRun: Sendable {
    let fixture: SpoolFixture
    private let script: FilePath

    /// - Parameter heading: the recipe's.
    init(_ heading: String) async throws {
        let blocks = try MarkdownPage("docs/cookbook.md").blocks.filter { $0.heading == heading && $0.language == "sh" }
        let block = try #require(blocks.first, "no recipe has the heading \(heading)")
        #expect(blocks.count == 1, "\(heading) has several blocks")
        fixture = try await SpoolFixture()
        script = try fixture.scratch.write(block.text, to: "recipe")
    }

    var scratch: ScratchFolder { fixture.scratch }

    private var command: [String] {
        ["/bin/sh", "-c", #"cd "$1" && exec /bin/sh -eu "$2""#, "sh", scratch.path.string, script.string]
    }

    private func environment(_ zone: String) -> [String: String] {
        ["PATH": "\(WorkerProcess.programs):/usr/bin:/bin", "TZ": zone]
    }

    /// Runs the recipe to its end.
    /// - Parameter zone: the time zone, as in `TZ`.
    func run(zone: String = "UTC0") async throws -> (status: Int32, output: String, errors: String) {
        try await WorkerProcess.run(command: command, environment: environment(zone), in: scratch)
    }

    /// Runs a recipe that has no end, or whose middle matters.
    func start() async throws -> RunningRecipe {
        let file = scratch.path.appending("recipe.pid")
        // Of a session of its own, so that all that it starts can be ended with it.
        let process = try WorkerProcess(
            command: [
                "/usr/bin/setsid", "--wait", "/bin/sh", "-c", #"echo $$ > "$0.new" && mv "$0.new" "$0" && exec "$@""#,
                file.string,
            ] + command, environment: environment("UTC0"), in: scratch)
        try await eventually("the recipe has begun: \(process.standardError)") { scratch.exists("recipe.pid") }
        let leader = try #require(Int32(scratch.read("recipe.pid").split(separator: "\n")[0]))
        return RunningRecipe(process: process, leader: leader)
    }

    /// Copies the fixture's picture.
    func picture(_ path: String) throws {
        let target = try scratch.write("", to: path)
        try Data(contentsOf: URL(filePath: fixture.path.appending("input/photo.jpg").string))
            .write(to: URL(filePath: target.string), options: .atomic)
    }

    /// Drops a job that makes a small picture of `input`, and waits for its end.
    @discardableResult
    func job(_ name: String, input: String = "photo.jpg", output: String? = nil) async throws -> ResultDocument {
        let path = output ?? "\(name).png"
        try fixture.drop(
            #"{"input": "\#(input)", "renditions": [{"path": "\#(path)", "width": 32}], "maxAttempts": 1}"#,
            as: "\(name).json")
        return try await fixture.ended("\(name).json")
    }

    /// Pauses the spool, and waits until the worker has seen it.
    func pause() async throws {
        try fixture.spool.pause()
        try await eventually("the worker has seen the pause") {
            try fixture.spool.workers().allSatisfy { $0.pause != nil }
        }
    }

    /// A time zone in which it was midnight at this moment.
    /// - Parameter seconds: since 1970.
    static func zone(midnight seconds: Int) -> String {
        let offset = seconds % 86_400
        return "TEST\(offset / 3600):\(offset / 60 % 60):\(offset % 60)"
    }

    /// A time zone in which it is noon, so that no test runs over midnight.
    static var noon: String { zone(midnight: Int(Date().timeIntervalSince1970) - 43_200) }
}

/// A recipe on its way, with all processes that it started.
final class RunningRecipe {
    let process: WorkerProcess
    private let leader: Int32

    init(process: WorkerProcess, leader: Int32) {
        self.process = process
        self.leader = leader
    }

    deinit { kill(-leader, SIGKILL) }

    /// Ends it as Ctrl-C and service managers do.
    func stop() async throws {
        #expect(try !members.isEmpty)
        kill(-leader, SIGTERM)
        _ = try await process.status()
        // The shell does not wait for what it started: a worker that is in the middle of a commit outlives it.
        try await eventually("all that the recipe started has ended", within: .seconds(120)) { try members.isEmpty }
    }

    /// The processes of its group that run: one that has ended may wait long for whoever inherited it.
    private var members: [Int32] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init).filter { pid in
                // One that has ended since the listing has no file.
                guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
                    return false
                }
                // pid (name) state parent group …; the name may hold anything.
                let fields = status[(status.lastIndex(of: ")") ?? status.startIndex)...].split(separator: " ")
                return fields.count > 3 && fields[1] != "Z" && fields[3] == "\(leader)"
            }
        }
    }
}
