import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

@Suite struct `A report` {
    private func page(_ fixture: SpoolFixture, _ arguments: String...) async throws -> String {
        let report = try await WorkerProcess.run(
            ["report", fixture.scratch.path.appending("report.html").string, "--spool", fixture.path.string]
                + arguments, in: fixture.scratch)
        #expect(report.status == 0, "\(report.errors)")
        return try fixture.scratch.read("report.html")
    }

    @Test func `has numbers, failures and pictures, and runs nothing of what jobs are named`() async throws {
        let fixture = try await SpoolFixture()
        try fixture.drop(as: "good.json")
        try fixture.drop(
            #"{"input": "photo.jpg", "renditions": [{"path": "<b>&x.png", "width": 32}]}"#, as: "<script>alert(1).json")
        try fixture.drop(
            #"{"input": "<img src=x>", "renditions": [{"path": "x.png"}], "maxAttempts": 1}"#, as: "bad.json")
        _ = try await fixture.once()
        let page = try await page(fixture)
        #expect(page.contains("<dt>done</dt><dd>2</dd>"))
        #expect(page.contains("<dt>failed</dt><dd>1, 33.3 %</dd>"))
        #expect(page.contains("input_not_found"))
        #expect(page.contains("&lt;img src=x&gt;"))
        #expect(!page.contains("<img src=x>") && !page.contains("<script"))
        #expect(page.contains(#"alt="&lt;b&gt;&amp;x.png""#))
        #expect(page.components(separatedBy: "data:image/png;base64,").count == 3)
        #expect(page.contains("default-src 'none'"))
        #expect(!page.contains("http://") && !page.contains("https://"))
    }

    @Test func `of an empty spool says that there is nothing, and a rendition that is gone is left out`() async throws {
        let fixture = try await SpoolFixture()
        #expect(try await page(fixture).contains("No job failed."))
        try fixture.drop()
        _ = try await fixture.once()
        try FileManager.default.removeItem(atPath: fixture.path.appending("output/small.png").string)
        let page = try await page(fixture, "--since", "1h")
        #expect(page.contains("<dt>done</dt><dd>1</dd>"))
        #expect(!page.contains("base64"))
        let wrong = try await WorkerProcess.run(
            ["report", "x.html", "--since", "soon", "--spool", fixture.path.string], in: fixture.scratch)
        #expect(wrong.status == 64)
    }
}
