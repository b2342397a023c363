import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import SpoolCore
import SystemPackage
import Testing

@testable import UploadAPI

@Suite struct `The upload service` {
    let folder: ScratchSpool
    var spool: Spool { folder.spool }
    var path: FilePath { folder.spool.path }

    init() throws { folder = try ScratchSpool() }

    private func serve(limit: Int = 1000, _ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws
    {
        let app = Application(router: try UploadRoutes(spool: path, limit: limit).router())
        try await app.test(.router, body)
    }

    private func upload(
        _ client: any TestClientProtocol, _ query: String = "", type: String = "image/png", bytes: Int = 10
    ) async throws -> TestResponse {
        try await client.execute(
            uri: "/images\(query)", method: .post, headers: [.contentType: type],
            body: ByteBuffer(repeating: 7, count: bytes))
    }

    private func accepted(_ client: any TestClientProtocol) async throws -> UniqueID {
        let response = try await upload(client)
        let answer = try JSONDecoder().decode([String: String].self, from: Data(response.body.readableBytesView))
        let id = try #require(answer["id"])
        return try #require(UniqueID(id))
    }

    private func status(_ client: any TestClientProtocol, _ id: UniqueID) async throws -> ImageStatus {
        let response = try await client.execute(uri: "/images/\(id)", method: .get)
        #expect(response.status == .ok)
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(ImageStatus.self, from: Data(response.body.readableBytesView))
    }

    private func list(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path.appending(folder).string).sorted()
    }

    /// What was written of a refused picture goes with the last reference to it, which may be a thread's that has written.
    private func expectNothingStored() async throws {
        #expect(try list("incoming").isEmpty)
        for _ in 0..<1000 where try !list("input/.jobs").isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        #expect(try list("input/.jobs").isEmpty)
    }

    @Test func `accepts a picture and drops one job for it`() async throws {
        try await serve { client in
            let response = try await upload(client, "?widths=64,32&format=jpeg")
            #expect(response.status == .accepted)
            let answer = try JSONDecoder().decode([String: String].self, from: Data(response.body.readableBytesView))
            let id = try #require(answer["id"])
            #expect(answer["status"] == "/images/\(id)" && response.headers[.location] == "/images/\(id)")
            #expect(try list("input/.jobs") == ["upload-\(id).json.png"])
            #expect(try list("incoming") == ["upload-\(id).json"])
            let file = path.appending("incoming").appending("upload-\(id).json")
            let content = try Data(contentsOf: URL(filePath: file.string))
            let job = try Job(json: JSONValue(parsing: Array(content)))
            #expect(job.input.path == ".jobs/upload-\(id).json.png")
            #expect(job.renditions.map(\.path) == ["uploads/\(id)/32.jpg", "uploads/\(id)/64.jpg"])
            #expect(job.renditions.map(\.width) == [32, 64])
        }
    }

    @Test func `refuses what is no picture, and stores nothing of it`() async throws {
        try await serve { client async throws in
            #expect(try await upload(client, type: "text/plain").status == .unsupportedMediaType)
            #expect(try await upload(client, bytes: 1001).status == .contentTooLarge)
            #expect(try await upload(client, bytes: 0).status == .badRequest)
            for query in ["widths=", "widths=0", "widths=1,1", "widths=-5", "widths=x", "format=bmp", "widths=99999"] {
                #expect(try await upload(client, "?\(query)").status == .badRequest, "\(query)")
            }
            try await expectNothingStored()
        }
    }

    @Test func `stops a body without a length at the limit`() async throws {
        try await serve { client in
            let response = try await client.execute(
                uri: "/images", method: .post, headers: [.contentType: "image/png", .contentLength: "10"],
                body: ByteBuffer(repeating: 7, count: 5000))
            #expect(response.status == .contentTooLarge)
            try await expectNothingStored()
        }
    }

    @Test func `says where a job is, and that no worker serves the spool`() async throws {
        try await serve { client in
            let id = try await accepted(client)
            let waiting = try await status(client, id)
            #expect(waiting.state == .waiting && waiting.workers == Workers.none)
            #expect(waiting.message.contains("No worker serves the spool"))
            _ = try spool.hold(UploadPaths.job(id))
            #expect(try await status(client, id).state == .held)
        }
    }

    @Test func `tells why a job failed`() async throws {
        try await serve { client in
            let id = try await accepted(client)
            _ = try spool.cancel(UploadPaths.job(id), because: "of a test", version: "test")
            let failed = try await status(client, id)
            #expect(failed.state == .failed && failed.error?.code == .cancelled)
            #expect(failed.message.contains("of a test"))
        }
    }

    @Test func `hands out renditions that the result names, and nothing else`() async throws {
        try await serve { client in
            let id = try await accepted(client)
            try folder.finish(id, rendition: "320.webp", content: "bytes")
            let done = try await status(client, id)
            let rendition = try #require(done.renditions?.first)
            #expect(done.state == .done && rendition.url == "/images/\(id)/320.webp" && rendition.bytes == 5)
            let image = try await client.execute(uri: rendition.url, method: .get)
            #expect(image.status == .ok && image.headers[.contentType] == "image/webp")
            #expect(String(buffer: image.body) == "bytes")
            let tag = try #require(image.headers[.eTag])
            let again = try await client.execute(uri: rendition.url, method: .get, headers: [.ifNoneMatch: tag])
            #expect(again.status == .notModified)
            for name in ["321.webp", "..%2F320.webp", "%2E%2E%2F%2E%2E%2F.spool%2Fspool.json", "..", "320.webp%00"] {
                let other = try await client.execute(uri: "/images/\(id)/\(name)", method: .get)
                #expect(other.status == .notFound, "\(name)")
            }
        }
    }

    @Test(arguments: ["x", "..", "%2E%2E", "..%2Fdone%2Fx", "0190a0a0-0000-7000-8000-000000000000", "%00"])
    func `does not know other ids`(id: String) async throws {
        try await serve { client async throws in
            #expect(try await client.execute(uri: "/images/\(id)", method: .get).status == .notFound)
            #expect(try await client.execute(uri: "/images/\(id)/320.webp", method: .get).status == .notFound)
        }
    }

    @Test func `waits for the end if it is asked to`() async throws {
        try await serve { client in
            let id = try await accepted(client)
            async let response = client.execute(uri: "/images/\(id)?wait=20", method: .get)
            try folder.finish(id, rendition: "320.webp", content: "bytes")
            let answer = String(buffer: try await response.body)
            #expect(answer.contains(#""state":"done""#))
            #expect(try await client.execute(uri: "/images/\(id)?wait=x", method: .get).status == .badRequest)
            #expect(try await client.execute(uri: "/images/\(id)?wait=21", method: .get).status == .badRequest)
        }
    }

    @Test func `sends a page that may run its own script only`() async throws {
        try await serve { client in
            let pages = [
                try await client.execute(uri: "/", method: .get), try await client.execute(uri: "/", method: .get),
            ]
            let policies = pages.map { $0.headers[.contentSecurityPolicy] ?? "" }
            #expect(policies[0] != policies[1])
            let nonce = try #require(policies[0].firstMatch(of: /script-src 'nonce-(\w+)'/)).output.1
            let html = String(buffer: pages[0].body)
            #expect(html.contains("<script nonce=\"\(nonce)\">") && html.contains("<style nonce=\"\(nonce)\">"))
            #expect(html.contains("data-limit=\"1000\"") && !html.contains("{{"))
            #expect(!html.contains("http:") && !html.contains("https:") && !html.contains("style="))
        }
    }

    @Test func `sends safe headers with errors, too`() async throws {
        try await serve { client in
            let error = try await client.execute(uri: "/images/x", method: .get)
            #expect(error.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
            #expect(error.headers[.xContentTypeOptions] == "nosniff")
        }
    }
}
