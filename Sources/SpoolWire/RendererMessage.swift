import FoundationEssentials

/// Greetings, news and answers as messages.
package enum RendererAnswer {
    package static func encode(_ answer: some Encodable) throws -> [UInt8] { Array(try JSONEncoder().encode(answer)) }

    package static func decode<Answer: Decodable>(_ type: Answer.Type, from bytes: [UInt8]) throws -> Answer {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
