import FoundationEssentials
public import SystemPackage

/// A page of the documentation, for tests that run what it shows.
public struct MarkdownPage: Sendable {
    /// Code between fences.
    public struct Block: Sendable, Equatable {
        /// The heading above it.
        public var heading: String
        public var language: String
        public var text: String
    }

    public let text: String
    public let blocks: [Block]

    private static let project = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent()

    /// - Parameter path: from the project's folder.
    public init(_ path: FilePath) throws {
        text = try String(contentsOfFile: Self.project.pushing(path).string, encoding: .utf8)
        var blocks: [Block] = []
        var heading = ""
        var open: Block?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if var block = open {
                block.text += line == "```" ? "" : line + "\n"
                if line == "```" { blocks.append(block) }
                open = line == "```" ? nil : block
            } else if line.hasPrefix("```") {
                open = Block(heading: heading, language: String(line.dropFirst(3)), text: "")
            } else if line.hasPrefix("#") {
                heading = String(line.drop { $0 == "#" }.dropFirst())
            }
        }
        self.blocks = blocks
    }
}
