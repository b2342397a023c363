import FoundationEssentials
package import SpoolJob

/// What renderers say to their supervisor: greetings, news, words of children, plans.
package protocol RendererMessage: Sendable {
    /// - Throws: ``WireError``, if the bytes are none.
    init(message: [UInt8]) throws

    var message: [UInt8] { get throws }
}

/// One whose JSON is written and read by hand: of those that each job needs. The general way takes three times as long.
package protocol JSONMessage: RendererMessage {
    var json: JSONValue { get }

    /// - Returns: nil if the value is none.
    init?(json: JSONValue)
}

extension JSONMessage {
    package var message: [UInt8] { json.bytes(indented: false) }

    package init(message: [UInt8]) throws {
        guard let known = try Self(json: JSONValue(parsing: message)) else {
            throw WireError(description: "a message is no \(Self.self)")
        }
        self = known
    }
}

extension ExplainReply: RendererMessage {
    package var message: [UInt8] { get throws { Array(try JSONEncoder().encode(self)) } }

    package init(message: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(message)) }
}
