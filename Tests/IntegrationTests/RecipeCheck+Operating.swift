import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

extension RecipeCheck {
    static let operating = [
        RecipeCheck("Failures that can be mended") { run in
            let worker = try await run.fixture.start()
            for name in ["a", "b"] { try await run.job(name, input: "late.jpg") }
            try run.scratch.write("no picture", to: "spool/input/bad.jpg")
            try await run.job("c", input: "bad.jpg")
            try run.picture("spool/input/late.jpg")
            let (status, _, errors) = try await run.run()
            #expect(status == 0, "\(errors)")
            try await run.expectStates(["done": 2, "failed": 1], stopping: worker)
        },
        RecipeCheck("A batch that was a mistake") { run in
            let worker = try await run.fixture.start()
            try await run.pause()
            for name in ["batch-1.json", "batch-2.json", "other.json"] { try run.fixture.drop(as: name) }
            let (status, output, errors) = try await run.run()
            #expect(status == 0 && output == "batch-1.json\nbatch-2.json\n", "\(output)\(errors)")
            let error = try #require(run.fixture.result("batch-1.json")?.error)
            #expect(error.code == .cancelled && error.message.contains("wrong size"))
            try await run.expectStates(["failed": 2, "incoming": 1], stopping: worker)
        },
        RecipeCheck("Maintenance") { run in
            let worker = try await run.fixture.start()
            for number in 1...8 { try run.fixture.drop(as: "\(number).json") }
            let (status, output, errors) = try await run.run()
            #expect(status == 0 && output.contains("new disks"), "\(output)\(errors)")
            for number in 1...8 { _ = try await run.fixture.ended("\(number).json") }
            try await run.expectStates(["done": 8], stopping: worker)
        },
        RecipeCheck("After a crash") { run in
            let first = try await run.fixture.start()
            let jobs = try await first.stopJobProcesses()
            try run.fixture.drop()
            try await eventually("the attempt is recorded") {
                try run.scratch.list("spool/processing").contains {
                    run.scratch.exists("spool/processing/\($0)/job.result.json")
                }
            }
            first.signal(SIGKILL)
            for process in jobs { kill(process, SIGKILL) }
            _ = try await first.status()
            let second = try await run.fixture.start()
            _ = try await run.fixture.ended()
            let good = try await run.run()
            #expect(good.status == 0 && !good.output.contains("A finding"), "\(good)")
            try run.scratch.write("", to: "spool/done/stray")
            let bad = try await run.run()
            #expect(
                bad.status == 0 && bad.output.contains("done/stray") && bad.output.contains("A finding"), "\(bad)")
            try run.remove("spool/done/stray")
            try await run.expectStates(["done": 1], stopping: second)
        },
        RecipeCheck("Waiting jobs that move to another spool") { run in
            let worker = try await run.fixture.start()
            try await run.pause()
            for name in ["a.json", "b.json"] { try run.fixture.drop(as: name) }
            _ = try Spool.create(at: run.scratch.path.appending("other-spool"))
            let (status, output, errors) = try await run.run()
            #expect(status == 0 && output == "a.json\nb.json\n", "\(output)\(errors)")
            try await run.expectStates([:], stopping: worker)
            #expect(try run.scratch.list("other-spool/incoming") == ["a.json", "b.json"])
            let other = try await WorkerProcess.run(
                ["run", "--once", "--spool", run.scratch.path.appending("other-spool").string], in: run.scratch)
            #expect(other.status == 0, "\(other.errors)")
            #expect(run.scratch.exists("other-spool/done/b.json") && run.scratch.exists("other-spool/output/small.png"))
        },
        RecipeCheck("One core at low priority") { run in
            guard try RecipeRun.processors(of: getpid()).contains(0) else {
                return print("not tried: this process may not use processor 0")
            }
            let recipe = try await run.start()
            try await eventually("the worker serves: \(recipe.process.standardError)") {
                recipe.process.standardError.contains("serves")
            }
            try await run.job("a")
            let worker = try #require(try run.fixture.spool.workers().first).worker
            #expect(try RecipeRun.processors(of: Int32(worker.pid)) == [0])
            #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(worker.pid)) == 19)
            let scheduling = try await WorkerProcess.run(
                command: ["/usr/bin/ionice", "-p", "\(worker.pid)"], in: run.scratch)
            #expect(scheduling.output == "idle\n")
            try await recipe.stop()
            #expect(try run.fixture.states() == ["a.json": "done"])
            try run.fixture.expectConsistent()
        },
    ]
}

extension RecipeRun {
    /// The processors that a process may use.
    static func processors(of pid: Int32) throws -> [Int] {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") })
        return line.split(separator: "\t")[1].split(separator: ",").flatMap { part -> [Int] in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            return ends.isEmpty ? [] : Array(ends[0]...ends[ends.count - 1])
        }
    }
}
