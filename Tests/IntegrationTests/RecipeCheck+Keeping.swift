import FoundationEssentials
import SpoolCore
import SystemPackage
import TestSupport
import Testing

extension RecipeCheck {
    static let keeping = [
        RecipeCheck("Originals that leave when they are done") { run in
            let worker = try await run.fixture.start()
            let recipe = try await run.start()
            try await eventually("announcements are wanted") { run.scratch.exists("spool/notify") }
            try run.picture("spool/input/album/cat.jpg")
            try run.scratch.write("no picture", to: "spool/input/bad.jpg")
            try await run.job("good", input: "album/cat.jpg")
            try await run.job("bad", input: "bad.jpg")
            try await eventually("the original has moved, and all is read: \(recipe.process.standardError)") {
                try run.scratch.exists("originals/album/cat.jpg") && run.scratch.list("spool/notify").isEmpty
            }
            #expect(!run.scratch.exists("spool/input/album/cat.jpg") && run.scratch.exists("spool/input/bad.jpg"))
            try await recipe.stop()
            try await run.expectStates(["done": 1, "failed": 1], stopping: worker)
        },
        RecipeCheck("Jobs of earlier days in a folder each") { run in
            let worker = try await run.fixture.start()
            for name in ["a", "b"] { try await run.job(name) }
            // Midnight is a second later than that, and another second later there is one more job.
            let midnight = Int(Date().timeIntervalSince1970) + 1
            try await eventually("that day is over") { Date().timeIntervalSince1970 > Double(midnight + 1) }
            try await run.job("c")
            let (status, _, errors) = try await run.run(zone: RecipeRun.zone(midnight: midnight))
            #expect(status == 0, "\(errors)")
            let days = try run.scratch.list("archive")
            #expect(days.count == 1)
            let files = ["a.json", "a.result.json", "b.json", "b.result.json"]
            #expect(try run.scratch.list("archive/\(days[0])") == files)
            try await run.expectStates(["done": 1], stopping: worker)
            #expect(run.scratch.exists("spool/done/c.json"))
        },
        RecipeCheck("Room in done/") { run in
            let worker = try await run.fixture.start()
            try await run.job("a")
            try await run.job("bad", input: "missing.jpg")
            for number in 1...104 {
                for file in ["a.json", "a.result.json"] {
                    let copy = file.replacing("a.", with: "a\(number).")
                    try run.scratch.write(run.scratch.read("spool/done/\(file)"), to: "spool/done/\(copy)")
                }
            }
            let (status, output, errors) = try await run.run()
            #expect(status == 0 && output == "5\n0\n", "\(output)\(errors)")
            try await run.expectStates(["done": 100, "failed": 1], stopping: worker)
            #expect(!run.scratch.exists("spool/done/a.json") && run.scratch.exists("spool/done/a104.json"))
        },
    ]
}

extension RecipeRun {
    func remove(_ path: String) throws {
        try FileManager.default.removeItem(atPath: scratch.path.appending(path).string)
    }
}
