import Foundation
import SpoolCore
import SystemPackage

/// A spool of a test's own, removed with the value.
final class ScratchSpool: Sendable {
    let spool: Spool

    init() throws {
        spool = try Spool.create(at: FilePath("\(FileManager.default.temporaryDirectory.path)/upload-api-\(UUID())"))
    }

    deinit { try? FileManager.default.removeItem(atPath: spool.path.string) }

    /// Does what a worker does with an upload of one rendition.
    func finish(_ id: UniqueID, rendition name: String, content: String) throws {
        let files = FileManager.default
        let path = "uploads/\(id)/\(name)"
        let target = URL(filePath: spool.path.string).appending(path: "output/\(path)")
        try files.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(content.utf8).write(to: target)
        let success = ResultDocument.Success(
            input: .init(path: "x", format: "png", width: 640, height: 400, pages: 1, bytes: 1, sha256: "def"),
            renditions: [
                .init(
                    path: path, format: "webp", width: 320, height: 200, bytes: content.utf8.count, sha256: "abc",
                    milliseconds: 1)
            ], timings: .init(queued: 1, waited: 0, rendered: 1, committed: 1))
        let document = ResultDocument(
            job: "upload-\(id).json", id: "\(UniqueID())", state: .done(success, at: Date()),
            worker: .init(id: "w", host: "here", pid: 1, version: "test"), submittedAt: Date(), claimedAt: Date())
        let root = URL(filePath: spool.path.string)
        try Data(document.json.text().utf8).write(to: root.appending(path: "done/upload-\(id).result.json"))
        try files.moveItem(
            at: root.appending(path: "incoming/upload-\(id).json"), to: root.appending(path: "done/upload-\(id).json"))
    }
}
