package import SpoolSystem

/// What an open file beside a call is for.
enum FileRole: Hashable, Sendable {
    /// It holds the call itself, which is too long for a message.
    case call
    case source
    /// The picture of this number among those that renditions lay over themselves.
    case overlay(Int)
    /// Where the rendition of this number goes.
    case output(Int)

    /// As it stands in a message: `output 3`.
    var text: String {
        switch self {
        case .call: "call"
        case .source: "source"
        case .overlay(let number): "overlay \(number)"
        case .output(let number): "output \(number)"
        }
    }

    init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        switch (words.first, words.count) {
        case ("call", 1): self = .call
        case ("source", 1): self = .source
        case ("overlay", 2), ("output", 2):
            guard let number = Int(words[1]), number >= 0 else { return nil }
            self = words[0] == "output" ? .output(number) : .overlay(number)
        default: return nil
        }
    }
}

/// The open files of a call.
package struct RendererFiles: Sendable {
    package var source: OpenFile
    /// One for each of the request's overlays, in the order in which they are named first; none to explain.
    package var overlays: [OpenFile]
    /// One a rendition, in the same order; none to explain.
    package var outputs: [OpenFile]

    package init(source: OpenFile, overlays: [OpenFile] = [], outputs: [OpenFile] = []) {
        self.source = source
        self.overlays = overlays
        self.outputs = outputs
    }

    var byRole: [(role: FileRole, file: OpenFile)] {
        [(.source, source)] + overlays.enumerated().map { (.overlay($0.offset), $0.element) }
            + outputs.enumerated().map { (.output($0.offset), $0.element) }
    }

    /// - Returns: nil if there is no source, or not one file for each overlay and each output up to the last.
    init?(_ files: [FileRole: OpenFile]) {
        guard let source = files[.source] else { return nil }
        self.init(source: source)
        while let overlay = files[.overlay(overlays.count)] { overlays.append(overlay) }
        while let output = files[.output(outputs.count)] { outputs.append(output) }
        let others = files.keys.contains(.call) ? 2 : 1
        guard files.count == others + overlays.count + outputs.count else { return nil }
    }
}
