import Foundation
import SpoolCore
import SystemPackage
import TestSupport
import Testing

/// Formats whose decoders libvips does not trust, which are read only where the operator wants it.
@Suite struct `A format that is not trusted` {
    private static let all = ["SPOOL_WORKER_INPUT_FORMATS": "jpeg,png,svg,pdf,jxl,jp2"]
    private static let text = #"<text x="5" y="40" font-size="40" font-family="DejaVu Sans">Spool</text>"#

    private static func svg(_ content: String) -> String {
        #"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" "#
            + #"width="160" height="60"><rect width="160" height="60" fill="crimson"/>\#(content)</svg>"#
    }

    /// Two pages of 160 by 60 points, each with a word. Without a table of its objects, which readers then look for.
    private static let pdf = """
        %PDF-1.4
        1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
        2 0 obj <</Type /Pages /Kids [3 0 R 6 0 R] /Count 2>> endobj
        3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 160 60] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>> endobj
        4 0 obj <</Length 39>> stream
        BT /F 40 Tf 5 15 Td (Spool) Tj ET      
        endstream endobj
        5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj
        6 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 160 60] /Contents 7 0 R /Resources <</Font <</F 5 0 R>>>>>> endobj
        7 0 obj <</Length 39>> stream
        BT /F 40 Tf 5 15 Td (     ) Tj ET      
        endstream endobj
        trailer <</Root 1 0 R /Size 8>>
        %%EOF
        """
    /// 16 by 8 pixels of one grey each.
    private static let jxl = "/wrBBwASiAIA0ABd5RIAABUqo4wbvJzr+fJDh8W0jesMbbVtYUmiyDg2SSdwSBLLMMbFMBgAADBzBTAsVUkC"
    private static let jp2 =
        "AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAACAAAABAAAwcHAAAAAAAPY29scgEAAAAAABAAAACTanAyY/9P"
        + "/1EALwAAAAAAEAAAAAgAAAAAAAAAAAAAAgAAAAIAAAAAAAAAAAAAAwcBAQcBAQcBAf9SAA0BAgABAQAEBAAAiP9cAAVCQAD/ZAAlAAFDcmVhdGVkIGJ5"
        + "IE9wZW5KUEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAAAZAAH/k8+AYBQAXK6nTICA/9k="

    private func write(_ base64: String, to name: String, in fixture: SpoolFixture) throws {
        let data = try #require(Data(base64Encoded: base64))
        try data.write(to: URL(filePath: fixture.path.appending("input/\(name)").string))
    }

    private func fill(_ fixture: SpoolFixture) throws {
        try fixture.scratch.write(Self.svg(Self.text), to: "spool/input/text.svg")
        try fixture.scratch.write(Self.svg(""), to: "spool/input/plain.svg")
        try fixture.scratch.write(Self.pdf, to: "spool/input/text.pdf")
    }

    @Test(arguments: ["text.svg", "text.pdf"])
    func `is refused unless the operator wants it`(source: String) async throws {
        let fixture = try await SpoolFixture(picture: false)
        try fill(fixture)
        try fixture.drop(#"{"input": "\#(source)", "renditions": [{"path": "x.png"}]}"#)
        #expect(try await fixture.once().status == 1)
        let error = try #require(try fixture.result()?.error)
        #expect(error.code == .inputUnsupported && error.message.contains("input-formats"), "\(error.message)")
    }

    @Test func `is drawn with its text, the same inside and outside of the sandbox`() async throws {
        var pictures: [[String: Data]] = []
        for sandbox in ["required", "off"] {
            let fixture = try await SpoolFixture()
            try fill(fixture)
            try fixture.drop(
                #"{"input": {"path": "text.svg", "density": 144}, "renditions": [{"path": "svg-text.png"}, {"path": "svg.jpg", "width": 80}]}"#,
                as: "svg.json")
            try fixture.drop(
                #"{"input": {"path": "plain.svg", "density": 144}, "renditions": [{"path": "svg-plain.png"}]}"#,
                as: "plain.json")
            for page in 0...1 {
                try fixture.drop(
                    #"{"input": {"path": "text.pdf", "page": \#(page)}, "renditions": [{"path": "pdf-\#(page).png"}]}"#,
                    as: "pdf-\(page).json")
            }
            try fixture.drop(
                #"{"input": "photo.jpg", "renditions": [{"path": "over.png", "width": 200, "composite": [{"input": "text.svg"}]}]}"#,
                as: "over.json")
            let run = try await fixture.once(environment: Self.all.merging(["SPOOL_WORKER_SANDBOX": sandbox]) { $1 })
            #expect(run.status == 0, "\(run.errors)")
            let svg = try #require(try fixture.result("svg.json"))
            #expect(
                svg.success?.input.format == "svg" && svg.renditions[0].width == 320 && svg.renditions[0].height == 120)
            let pdf = try #require(try fixture.result("pdf-1.json"))
            #expect(
                pdf.success?.input.format == "pdf" && pdf.success?.input.pages == 2 && pdf.renditions[0].width == 160)
            let output = fixture.path.appending("output")
            pictures.append(
                try Dictionary(
                    uniqueKeysWithValues: fixture.scratch.list("spool/output").map {
                        ($0, try Data(contentsOf: URL(filePath: output.appending($0).string)))
                    }))
        }
        #expect(pictures[0].count == 6)
        #expect(pictures[0] == pictures[1])
        #expect(pictures[0]["svg-text.png"] != pictures[0]["svg-plain.png"])
        #expect(pictures[0]["pdf-0.png"] != pictures[0]["pdf-1.png"])
    }

    @Test func `is decoded, JPEG XL and JPEG 2000`() async throws {
        let fixture = try await SpoolFixture(picture: false)
        try write(Self.jxl, to: "a.jxl", in: fixture)
        try write(Self.jp2, to: "a.jp2", in: fixture)
        for format in ["jxl", "jp2"] {
            try fixture.drop(
                #"{"input": "a.\#(format)", "renditions": [{"path": "\#(format).png", "width": 8, "dominantColour": true}]}"#,
                as: "\(format).json")
        }
        let run = try await fixture.once(environment: Self.all)
        #expect(run.status == 0, "\(run.errors)")
        for format in ["jxl", "jp2"] {
            let result = try #require(try fixture.result("\(format).json"))
            #expect(
                result.success?.input.format == format && result.success?.input.width == 16
                    && result.success?.input.pages == 1)
            #expect(result.renditions.first?.height == 4)
        }
    }

    @Test func `shows no other file, and ends for others what it does to its renderer`() async throws {
        let fixture = try await SpoolFixture()
        try fill(fixture)
        let secret = fixture.path.appending("input/photo.jpg").string
        let image = #"<image width="160" height="60" xlink:href="file://\#(secret)" href="\#(secret)"/>"#
        try fixture.scratch.write(Self.svg(image), to: "spool/input/image.svg")
        let entity =
            #"<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg" width="160" "#
            + #"height="60"><rect width="160" height="60" fill="crimson"/><text y="20">&a;</text></svg>"#
        try fixture.scratch.write(entity, to: "spool/input/entity.svg")
        for name in ["plain", "image", "entity"] {
            try fixture.drop(
                #"{"input": "\#(name).svg", "renditions": [{"path": "\#(name).png"}]}"#, as: "\(name).json")
        }
        try fixture.drop()
        _ = try await fixture.once(environment: Self.all)
        #expect(try fixture.result()?.status == .done)
        let plain = try #require(try fixture.result("plain.json")?.renditions.first)
        for name in ["image", "entity"] {
            // Refused, or drawn without it.
            let result = try #require(try fixture.result("\(name).json"))
            #expect(result.status == .failed || result.renditions.first?.sha256 == plain.sha256, "\(name)")
        }
        try fixture.expectConsistent()
    }
}
