package import SpoolJob
import SpoolWire

extension ImageFormat {
    /// For messages: that of the format in which it can be read again.
    package var name: String { SourceFormat(rawValue: rawValue)?.name ?? rawValue }

    /// The longest side, in pixels, that the format or its only encoder allows; nil where other limits come first.
    package var longestSide: Int? {
        switch self {
        case .webp: 16_383
        // libjpeg stops short of the format's 65 535.
        case .jpeg: 65_500
        case .gif: 65_535
        case .avif: 16_384
        case .png, .tiff, .jxl, .jp2: nil
        }
    }
}
