import FoundationEssentials
import SpoolImaging
import SpoolJob
import SpoolSystem

/// What a renderer says first: that it can work.
struct RendererGreeting: Codable, Equatable {
    /// Of the installed libvips.
    var vips: String
}

/// Messages between the supervisor and its renderers: JSON, with files beside it. Both ends are the same program.
enum RendererProtocol {
    /// A request holds a job, which has a codec of its own.
    static func encode(_ request: RenderRequest) -> [UInt8] { request.json.bytes(indented: false) }

    /// - Returns: nil if the message is no request.
    static func request(from bytes: [UInt8]) -> RenderRequest? {
        (try? JSONValue(parsing: bytes)).flatMap(RenderRequest.init)
    }

    static func encode(_ message: some Encodable) throws -> [UInt8] { Array(try JSONEncoder().encode(message)) }

    static func decode<Message: Decodable>(_ type: Message.Type, from bytes: [UInt8]) throws -> Message {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
