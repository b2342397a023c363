import FoundationEssentials
import SpoolImaging
import SpoolSystem

/// What a renderer says first: that it can work.
struct RendererGreeting: Codable, Equatable {
    /// Of the installed libvips.
    var vips: String
}

/// Messages between the supervisor and its renderers: JSON, with files beside it. Both ends are the same program.
enum RendererProtocol {
    static func encode(_ message: some Encodable) throws -> [UInt8] { Array(try JSONEncoder().encode(message)) }

    static func decode<Message: Decodable>(_ type: Message.Type, from bytes: [UInt8]) throws -> Message {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
