package import SpoolJob
package import SpoolWire

/// What the header of a source says, before pixels are decoded.
package struct SourceHeader: Equatable, Sendable {
    /// As stored.
    package var size: Size
    /// Frames or pages.
    package var pages = 1
    /// Milliseconds of each frame, and how often all play, 0 for ever; nil where the file does not say so.
    package var delays: [Int] = []
    package var loop: Int?
    package var orientation: Orientation
    /// Whether colours are sRGB's, by their profile or for want of one.
    package var isSRGB: Bool
    /// Whether they are printing inks.
    package var isCMYK = false

    /// What the pixels consist of, once they are sRGB or brightness.
    package var isGreyscale, hasAlpha: Bool

    /// As stored: colour, alpha and whatever else there is.
    package var channels: Int
    /// Whether there are more than eight bits a sample.
    package var isDeep = false
    /// What stands beside the pixels.
    package var metadata: Set<MetadataKind>
    package var hasPosition = false
    package var hasGainMap = false

    package var shape: ImageShape { ImageShape(size: size, isGreyscale: isGreyscale, hasAlpha: hasAlpha) }

    package init(
        size: Size, channels: Int, isGreyscale: Bool, hasAlpha: Bool = false, orientation: Orientation = .upright,
        isSRGB: Bool = true, metadata: Set<MetadataKind> = []
    ) {
        self.size = size
        self.channels = channels
        self.isGreyscale = isGreyscale
        self.hasAlpha = hasAlpha
        self.orientation = orientation
        self.isSRGB = isSRGB
        self.metadata = metadata
    }

    /// CMYK with alpha has five. TIFF files can have thousands, and libtiff then takes memory for each before the first pixel.
    private static let mostChannels = 8

    package func check(_ limits: RenderLimits) throws(JobError) {
        guard channels <= Self.mostChannels else {
            throw JobError(
                .inputUnsupported,
                "the image has \(channels) channels, and at most \(Self.mostChannels) are read; take out those that are "
                    + "neither colour nor alpha")
        }
        guard size.area <= limits.inputPixels else {
            throw JobError(
                .inputTooManyPixels,
                "the image has \(size) = \(size.area) pixels, the limit is \(limits.inputPixels) "
                    + "(limits.input-pixels)")
        }
    }
}
