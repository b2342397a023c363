import FoundationEssentials

/// What a renderer says first: that it can work.
package struct RendererGreeting: Codable, Equatable, Sendable {
    /// Of the installed libvips.
    package var vips: String

    package init(vips: String) { self.vips = vips }
}

/// Greetings and answers as messages.
package enum RendererAnswer {
    package static func encode(_ answer: some Encodable) throws -> [UInt8] { Array(try JSONEncoder().encode(answer)) }

    package static func decode<Answer: Decodable>(_ type: Answer.Type, from bytes: [UInt8]) throws -> Answer {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
