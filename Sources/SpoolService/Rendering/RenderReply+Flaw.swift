package import SpoolCore
package import SpoolWire

extension RenderReply {
    /// What shows that the answer cannot be true, or nil. A decoder that was taken over may answer anything.
    package func flaw(for job: Job, limits: RenderLimits) -> String? {
        let rendered: RenderedJob
        switch self {
        case .rendered(let made): rendered = made
        case .failed(let error):
            return ErrorCode.allCases.contains(error.code) ? nil : "an error code that there is not"
        }
        let (input, images) = (rendered.input, rendered.renditions)
        guard images.count == job.renditions.count else {
            return "\(images.count) renditions instead of \(job.renditions.count)"
        }
        guard limits.inputFormats.map(\.rawValue).contains(input.format) else { return "a format that is not read" }
        let dimensions = images.flatMap { [$0.width, $0.height] }
        let sizes = [input.width, input.height, input.pages, input.bytes] + images.map(\.bytes) + dimensions
        guard sizes.allSatisfy({ $0 > 0 }) else { return "a size that is not positive" }
        guard dimensions.allSatisfy({ $0 <= limits.outputDimension }) else {
            return "a rendition larger than limits.output-dimension"
        }
        guard ([input.sha256] + images.map(\.sha256)).allSatisfy(Self.isHash) else { return "a malformed hash" }
        guard images.allSatisfy({ Self.possibleMilliseconds.contains($0.milliseconds) }) else {
            return "an impossible time"
        }
        guard images.allSatisfy({ $0.quality.map { (1...100).contains($0) } ?? true }) else {
            return "an impossible quality"
        }
        guard images.allSatisfy({ Set($0.losses).count == $0.losses.count }) else { return "a loss twice" }
        guard images.compactMap(\.placeholder).allSatisfy(Self.isPlaceholder),
            images.compactMap(\.dominantColour).allSatisfy(Self.isColour)
        else { return "a malformed placeholder or colour" }
        return nil
    }

    /// The most bytes of one.
    static let longestPlaceholder = 2000

    private static func isPlaceholder(_ text: String) -> Bool {
        text.utf8.count <= longestPlaceholder && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func isColour(_ text: String) -> Bool {
        text.utf8.count == 7 && text.hasPrefix("#")
            && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Up to a year.
    private static let possibleMilliseconds = 0...3.2e10

    private static func isHash(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
