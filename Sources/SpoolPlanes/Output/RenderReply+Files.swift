package import SpoolJob
package import SpoolWire

extension RenderedInput {
    package init(_ source: SourceFile, _ header: SourceHeader) {
        self.init(
            format: source.format.rawValue, width: header.size.width, height: header.size.height,
            pages: header.pages, bytes: source.digest.bytes, sha256: source.digest.sha256)
    }
}

extension RenderedImage {
    /// - Parameter start: when its making began.
    package init(
        size: Size, _ digest: FileDigest, since start: ContinuousClock.Instant, quality: Int? = nil, losses: Set<Loss>
    ) {
        self.init(
            width: size.width, height: size.height, bytes: digest.bytes, sha256: digest.sha256,
            milliseconds: (ContinuousClock.now - start) / .milliseconds(1), quality: quality,
            losses: Loss.allCases.filter(losses.contains))
    }
}
