import SpoolCore
import SpoolImaging
import Testing

@testable import SpoolWorker

@Suite struct `A request to a renderer` {
    @Test func `fits one message, however long the paths are`() throws {
        let path = String(repeating: "d", count: 4000)
        let renditions = (0..<Job.maximumRenditions).map {
            Rendition(
                path: "\(path)\($0).jpg", format: .jpeg, width: 65_535, height: 65_535, fit: .contain,
                position: .northwest, background: Colour(red: 255, green: 255, blue: 255, alpha: 1.0 / 3),
                withoutEnlargement: true, quality: 100)
        }
        let job = Job(input: Input(path: path), renditions: renditions)
        let message = try RendererProtocol.encode(RenderRequest(withoutPathsOf: job, limits: RenderLimits()))
        // The kernel's default room for one message is 212,992 bytes.
        #expect(message.count < 100_000)
        let request = try RendererProtocol.decode(RenderRequest.self, from: message)
        #expect(request.renditions.count == Job.maximumRenditions)
        #expect(request.renditions[7].background == renditions[7].background)
    }
}
