import Foundation
import SpoolCore
import TestSupport
import Testing

extension RecipeCheck {
    static let producing = [
        RecipeCheck("A drop folder") { run in
            let worker = try await run.fixture.start()
            let recipe = try await run.start()
            try run.picture("drop/cat.jpg")
            try await eventually("both renditions are there, and the picture has gone: \(recipe.process.standardError)")
            {
                run.scratch.exists("spool/output/cat-320.webp") && run.scratch.exists("spool/output/cat-1280.webp")
                    && !run.scratch.exists("drop/cat.jpg")
            }
            try await recipe.stop()
            try await run.expectStates(["done": 1], stopping: worker)
        },
        RecipeCheck("A picture in three formats") { run in
            let worker = try await run.fixture.start()
            try run.picture("cat.jpg")
            let (status, output, errors) = try await run.run()
            #expect(status == 0, "\(errors)")
            let expected = ["avif", "webp", "jpeg"].map { format in
                let files = [320, 640].map { "cat/\($0).\(format == "jpeg" ? "jpg" : format) \($0)w" }
                return #"<source type="image/\#(format)" srcset="\#(files.joined(separator: ", "))">"#
            }
            #expect(output.split(separator: "\n").map(String.init) == expected)
            #expect(try run.scratch.list("spool/output/cat").count == 6)
            try await run.expectStates(["done": 1], stopping: worker)
        },
        RecipeCheck("A batch that a script waits for") { run in
            let worker = try await run.fixture.start()
            try run.picture("a.jpg")
            try run.picture("b c.jpg")
            let good = try await run.run()
            #expect(good.status == 0, "\(good.errors)")
            #expect(good.output == "a-320.webp\nb c-320.webp\n")
            try run.scratch.write("no picture", to: "bad.jpg")
            let bad = try await run.run()
            #expect(bad.status == 0 && bad.output.contains("input_unsupported"), "\(bad.output)\(bad.errors)")
            try await run.expectStates(["done": 4, "failed": 1], stopping: worker)
        },
        RecipeCheck("A tree of pictures, with its folders") { run in
            for name in ["cat.jpg", "a/cat.jpg", "a/b c/one\ntwo.jpg"] { try run.picture("photos/\(name)") }
            let first = try await run.run()
            #expect(first.status == 0, "\(first.errors)")
            #expect(try run.scratch.read("batch").split(separator: "\n").count == 3)
            let second = try await run.run()
            #expect(second.status == 0 && second.errors.contains("3 were in the spool already"), "\(second.errors)")
            #expect(try run.scratch.list("spool/incoming").filter { $0.hasSuffix(".json") }.count == 3)
            let worker = try await run.fixture.start()
            try await eventually("all are rendered") {
                ["cat", "a/cat", "a/b c/one\ntwo"].allSatisfy {
                    run.scratch.exists("spool/output/\($0)-320.webp")
                        && run.scratch.exists("spool/output/\($0)-1280.webp")
                }
            }
            try run.picture("photos/a/new.jpg")
            let third = try await run.run()
            #expect(
                third.status == 0 && third.errors.contains("3 of 4 images have all their renditions"), "\(third.errors)"
            )
            try await eventually("the new one is rendered") { run.scratch.exists("spool/output/a/new-320.webp") }
            try await run.expectStates(["done": 4], stopping: worker)
        },
        RecipeCheck("A tree of pictures that are there already") { run in
            let worker = try await run.fixture.start()
            for number in 1...12 { try run.picture("spool/input/photos/\(number % 2)/cat \(number).jpg") }
            try await run.pause()
            let recipe = try await run.start()
            try await eventually("ten jobs wait") { try run.scratch.list("spool/incoming").count == 10 }
            #expect(recipe.process.isRunning)
            try run.fixture.spool.resume()
            #expect(try await recipe.process.status() == 0)
            try await eventually("all are done") {
                (1...12).allSatisfy { run.scratch.exists("spool/output/photos/\($0 % 2)/cat \($0)-320.webp") }
            }
            let again = try await run.run()
            #expect(again.status == 0, "\(again.errors)")
            try await run.expectStates(["done": 12], stopping: worker)
        },
        RecipeCheck("A job that is tried first") { run in
            let worker = try await run.fixture.start()
            let bad = try await run.run()
            #expect(bad.status == 1 && bad.errors.contains("input_not_found"), "\(bad.output)\(bad.errors)")
            try run.picture("spool/input/cat.jpg")
            let good = try await run.run()
            #expect(good.status == 0 && good.output.contains("400"), "\(good.output)\(good.errors)")
            _ = try await run.fixture.ended("card.json")
            try await run.expectStates(["done": 1], stopping: worker)
        },
    ]
}

extension RecipeRun {
    /// Stops the worker, and expects so many jobs in each state, in a spool that is in order.
    func expectStates(_ expected: [String: Int], stopping worker: WorkerProcess) async throws {
        worker.signal(SIGTERM)
        #expect(try await worker.status() == 0)
        #expect(try fixture.states().values.reduce(into: [:]) { $0[$1, default: 0] += 1 } == expected)
        try fixture.expectConsistent()
    }
}
