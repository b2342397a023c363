package import SpoolSystem

/// What an open file beside a call is for.
enum FileRole: Hashable, Sendable {
    /// It holds the call itself, which is too long for a message.
    case call
    case source
    /// Where the rendition of this number goes.
    case output(Int)

    /// As it stands in a message: `output 3`.
    var text: String {
        switch self {
        case .call: "call"
        case .source: "source"
        case .output(let number): "output \(number)"
        }
    }

    init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        switch (words.first, words.count) {
        case ("call", 1): self = .call
        case ("source", 1): self = .source
        case ("output", 2):
            guard let number = Int(words[1]), number >= 0 else { return nil }
            self = .output(number)
        default: return nil
        }
    }
}

/// The open files of a call.
package struct RendererFiles: Sendable {
    package var source: OpenFile
    /// One a rendition, in the same order; none for a call that makes none.
    package var outputs: [OpenFile]

    package init(source: OpenFile, outputs: [OpenFile] = []) {
        self.source = source
        self.outputs = outputs
    }

    var byRole: [(role: FileRole, file: OpenFile)] {
        [(.source, source)] + outputs.enumerated().map { (.output($0.offset), $0.element) }
    }

    /// - Returns: nil if there is no source, or not one file for each output up to the last.
    init?(_ files: [FileRole: OpenFile]) {
        guard let source = files[.source] else { return nil }
        var outputs: [OpenFile] = []
        while let output = files[.output(outputs.count)] { outputs.append(output) }
        guard files.keys.count(where: { if case .output = $0 { true } else { false } }) == outputs.count else {
            return nil
        }
        self.init(source: source, outputs: outputs)
    }
}
