import SpoolCore
import TestSupport
import Testing

extension RecipeCheck {
    static let looking = [
        RecipeCheck("The slowest jobs of today") { run in
            let worker = try await run.fixture.start()
            for name in ["a", "b", "c"] { try await run.job(name) }
            let (status, output, errors) = try await run.run(zone: RecipeRun.noon)
            #expect(status == 0, "\(errors)")
            let rows = output.split(separator: "\n").map { $0.split(separator: "\t") }
            #expect(Set(rows.map { $0[2] }) == ["a.json", "b.json", "c.json"])
            let times = rows.compactMap { Int($0[0]) }
            #expect(times.count == 3 && times == times.sorted(by: >), "\(output)")
            #expect(rows.allSatisfy { Int($0[1]) != nil && $0[3] == "photo.jpg" }, "\(output)")
            try await run.expectStates(["done": 3], stopping: worker)
        },
        RecipeCheck("Jobs per minute") { run in
            let worker = try await run.fixture.start()
            for name in ["a", "b"] { try await run.job(name) }
            try await run.job("c", input: "missing.jpg")
            let (status, output, errors) = try await run.run()
            #expect(status == 0, "\(errors)")
            let rows = output.split(separator: "\n").map { $0.split(separator: " ") }
            let counts = ["done", "failed"].map { state in
                rows.filter { $0[2] == state }.reduce(0) { $0 + (Int($1[0]) ?? 0) }
            }
            #expect(counts == [2, 1], "\(output)")
            try await run.expectStates(["done": 2, "failed": 1], stopping: worker)
        },
        RecipeCheck("Failures by code") { run in
            let worker = try await run.fixture.start()
            for name in ["a", "b"] { try await run.job(name, input: "missing.jpg") }
            try run.scratch.write("no picture", to: "spool/input/bad.jpg")
            try await run.job("c", input: "bad.jpg")
            let (status, output, errors) = try await run.run()
            #expect(status == 0, "\(errors)")
            #expect(output.contains("2\tinput_not_found\t") && output.contains("1\tinput_unsupported\tc.json"))
            let lines = output.split(separator: "\n").suffix(3).map { $0.split(separator: "\t").prefix(2) }
            #expect(
                lines == [
                    ["input_not_found", "a.json"], ["input_not_found", "b.json"], ["input_unsupported", "c.json"],
                ], "\(output)")
            try await run.expectStates(["failed": 3], stopping: worker)
        },
        RecipeCheck("The job that made a file") { run in
            let worker = try await run.fixture.start()
            try await run.job("other")
            try await run.job("maker", output: "cat-320.webp")
            let (status, output, errors) = try await run.run()
            #expect(status == 0, "\(errors)")
            let found = try JSONValue(parsing: output.utf8)
            #expect(found["job"]?.string == "maker.json" && found["input"]?["path"]?.string == "photo.jpg")
            #expect(found["rendition"]?["path"]?.string == "cat-320.webp")
            try await run.expectStates(["done": 2], stopping: worker)
        },
        RecipeCheck("Files that are not as they were made") { run in
            let worker = try await run.fixture.start()
            for name in ["a", "b"] { try await run.job(name) }
            let good = try await run.run()
            #expect(good.status == 0 && good.output.isEmpty, "\(good)")
            try await run.expectStates(["done": 2], stopping: worker)
            try run.scratch.write("changed", to: "spool/output/b.png")
            let bad = try await run.run()
            #expect(bad.status == 1 && bad.output == "spool/output/b.png: FAILED\n", "\(bad)")
        },
        RecipeCheck("An alarm for cron") { run in
            let worker = try await run.fixture.start()
            try await run.job("good")
            let silent = try await run.run()
            #expect(silent.status == 0 && silent.output.isEmpty, "\(silent)")
            try await run.job("bad", input: "missing.jpg")
            let loud = try await run.run()
            #expect(loud.status == 0 && loud.output.contains("input_not_found"), "\(loud)")
            try await run.expectStates(["done": 1, "failed": 1], stopping: worker)
            for name in ["bad.json", "bad.result.json"] { try run.remove("spool/failed/\(name)") }
            let alone = try await run.run()
            #expect(alone.status == 0 && alone.output.contains("no worker"), "\(alone)")
        },
    ]
}
